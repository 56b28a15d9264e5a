/**
 * The head of YOLOv8 and YOLO11, `[1, 4 + classes, anchors]`: box and class probabilities, no objectness; one column per
 * anchor.
 */
import { z } from 'zod';
import { outputOf } from './outputs.ts';
import type { Decoder } from './reading.ts';
import { fieldsOf, instancesOf, prototypeShape, yoloKeys } from './yolo.ts';

export const yoloV8Contract = z.strictObject({ decoder: z.literal('yolo-v8'), ...yoloKeys.shape });

type Contract = z.infer<typeof yoloV8Contract>;

/** Fields before the classes: four of the box. */
const BEFORE_CLASSES = 4;

export const yoloV8: Decoder<Contract> = {
  yields: 'instances',
  shapes: (contract) => ({
    [contract.name]: [1, fieldsOf(contract, BEFORE_CLASSES), -1],
    ...prototypeShape(contract),
  }),
  read(outputs, contract, { threshold }) {
    const { data, dims } = outputOf(outputs, contract.name, [1, fieldsOf(contract, BEFORE_CLASSES), -1]);
    const anchors = dims[2] ?? 0;
    const valueAt = (anchor: number, field: number) => data[field * anchors + anchor]!;
    const head = {
      anchors,
      valueAt,
      scoreAt: (anchor: number, index: number) => valueAt(anchor, BEFORE_CLASSES + index),
      firstCoefficient: BEFORE_CLASSES + contract.classes.length,
    };
    return { kind: 'instances', instances: instancesOf(head, outputs, contract, threshold) };
  },
};
