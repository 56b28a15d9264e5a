/**
 * The decoders that a manifest can name. Adding one is a file that exports a contract and a {@link Decoder}, a row in
 * {@link outputContract} and a row in `DECODERS`, without which this file does not compile.
 */
import { z } from 'zod';
import { binaryProbability, binaryProbabilityContract } from './binary-probability.ts';
import { centerHeatmap, centerHeatmapContract } from './center-heatmap.ts';
import type { Outputs } from './outputs.ts';
import { probabilityMask, probabilityMaskContract } from './probability-mask.ts';
import type { Decoder, Reading, ReadingContext, ReadingKind } from './reading.ts';
import { regression, regressionContract } from './regression.ts';
import { sigmoidClassifier, sigmoidClassifierContract } from './sigmoid-classifier.ts';
import { softmaxClassifier, softmaxClassifierContract } from './softmax-classifier.ts';
import { torchvisionRcnn, torchvisionRcnnContract } from './torchvision-rcnn.ts';
import { yoloV5, yoloV5Contract } from './yolo-v5.ts';
import { yoloV8, yoloV8Contract } from './yolo-v8.ts';

/** How the output tensors are read: the key `output` of a manifest. */
export const outputContract = z.discriminatedUnion('decoder', [
  sigmoidClassifierContract,
  softmaxClassifierContract,
  binaryProbabilityContract,
  centerHeatmapContract,
  yoloV5Contract,
  yoloV8Contract,
  torchvisionRcnnContract,
  probabilityMaskContract,
  regressionContract,
]);

export type OutputContract = z.infer<typeof outputContract>;
export type DecoderName = OutputContract['decoder'];
type ContractByName = { readonly [D in DecoderName]: Extract<OutputContract, { decoder: D }> };

const DECODERS: { readonly [D in DecoderName]: Decoder<ContractByName[D]> } = {
  'sigmoid-classifier': sigmoidClassifier,
  'softmax-classifier': softmaxClassifier,
  'binary-probability': binaryProbability,
  'center-heatmap': centerHeatmap,
  'yolo-v5': yoloV5,
  'yolo-v8': yoloV8,
  'torchvision-rcnn': torchvisionRcnn,
  'probability-mask': probabilityMask,
  regression,
};

/** What a decoder gives. */
export function yieldOf(name: DecoderName): ReadingKind {
  return DECODERS[name].yields;
}

/** The outputs that a contract reads, by name, with their shapes; −1 is any size. */
export function shapesOf(contract: OutputContract): Readonly<Record<string, readonly number[]>> {
  return shapesBy(contract.decoder, contract);
}

/** Reads a network's outputs. Throws `model-failed` when they do not fit the contract. */
export function readOutputs(outputs: Outputs, contract: OutputContract, context: ReadingContext): Reading {
  return readBy(contract.decoder, outputs, contract, context);
}

function shapesBy<D extends DecoderName>(name: D, contract: ContractByName[D]) {
  return DECODERS[name].shapes(contract);
}

function readBy<D extends DecoderName>(
  name: D,
  outputs: Outputs,
  contract: ContractByName[D],
  context: ReadingContext,
): Reading {
  return DECODERS[name].read(outputs, contract, context);
}
