/**
 * Work that two models of one image have in common is done once: the tensor, where both want the same input, and the
 * network, where both were shipped with the same weights (the fracture models are two readings of one network).
 */
import type { GreyImage } from '../dicom/vocabulary/image.ts';
import type { Manifest } from './manifest.ts';
import { toTensor } from './normalise/to-tensor.ts';
import type { RunModel } from './pipeline.ts';

type Prepared = ReturnType<typeof toTensor>;

const prepared = new WeakMap<GreyImage, Map<string, Prepared>>();

/** The tensor of an image for a model's input; the same object for equal inputs while the image lives. */
export function tensorOf(image: GreyImage, input: Manifest['input']): Prepared {
  const ofImage = prepared.get(image) ?? new Map<string, Prepared>();
  prepared.set(image, ofImage);
  const key = JSON.stringify({ ...input, name: undefined });
  const known = ofImage.get(key) ?? toTensor(image, input);
  ofImage.set(key, known);
  return known;
}

/** `run`, but a network that was run on the very same tensors is not run again. Keep it no longer than one image. */
export function sharingRuns(run: RunModel): RunModel {
  const done: { weights: string; inputs: Parameters<RunModel>[1]; outputs: ReturnType<RunModel> }[] = [];
  return (model, inputs) => {
    const names = Object.keys(inputs);
    const same = done.find(
      (one) =>
        one.weights === model.weights.sha256 &&
        names.length === Object.keys(one.inputs).length &&
        names.every((name) => one.inputs[name] === inputs[name]),
    );
    if (same) return same.outputs;
    const outputs = run(model, inputs);
    done.push({ weights: model.weights.sha256, inputs, outputs });
    return outputs;
  };
}
