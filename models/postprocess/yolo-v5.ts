/**
 * The head of YOLOv5 and YOLOv7, `[1, anchors, 5 + classes]`: box, objectness, class probabilities. The score of a class
 * is objectness × its probability.
 *
 * Trap: YOLOv7 must be exported with its detection layer (`--grid`), else three raw maps come out instead.
 */
import { z } from 'zod';
import { outputOf } from './outputs.ts';
import type { Decoder } from './reading.ts';
import { fieldsOf, instancesOf, prototypeShape, yoloKeys } from './yolo.ts';

export const yoloV5Contract = z.strictObject({ decoder: z.literal('yolo-v5'), ...yoloKeys.shape });

type Contract = z.infer<typeof yoloV5Contract>;

/** Fields before the classes: four of the box and the objectness. */
const BEFORE_CLASSES = 5;

export const yoloV5: Decoder<Contract> = {
  yields: 'instances',
  shapes: (contract) => ({
    [contract.name]: [1, -1, fieldsOf(contract, BEFORE_CLASSES)],
    ...prototypeShape(contract),
  }),
  read(outputs, contract, { threshold }) {
    const fields = fieldsOf(contract, BEFORE_CLASSES);
    const { data, dims } = outputOf(outputs, contract.name, [1, -1, fields]);
    const valueAt = (anchor: number, field: number) => data[anchor * fields + field]!;
    const head = {
      anchors: dims[1] ?? 0,
      valueAt,
      scoreAt: (anchor: number, index: number) =>
        valueAt(anchor, BEFORE_CLASSES - 1) * valueAt(anchor, BEFORE_CLASSES + index),
      firstCoefficient: BEFORE_CLASSES + contract.classes.length,
    };
    return { kind: 'instances', instances: instancesOf(head, outputs, contract, threshold) };
  },
};
