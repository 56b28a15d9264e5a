/**
 * Runs one ONNX model with onnxruntime-node: `node run_onnx.mjs model.onnx inputs.json outputs.json`.
 * inputs.json: {name: {dims, data}}; outputs.json: the same, plus `milliseconds` of the median of five runs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import ort from 'onnxruntime-node';

const [model, inputFile, outputFile] = process.argv.slice(2);
const tensors = Object.entries(JSON.parse(readFileSync(inputFile, 'utf8'))).map(([name, { dims, data }]) => [
  name,
  new ort.Tensor('float32', Float32Array.from(data), dims),
]);
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 2, logSeverityLevel: 3 });
const feeds = Object.fromEntries(tensors);
const times = [];
let outputs;
for (let run = 0; run < 5; run++) {
  const started = performance.now();
  outputs = await session.run(feeds);
  times.push(performance.now() - started);
}
const result = Object.fromEntries(
  Object.entries(outputs).map(([name, { dims, data }]) => [name, { dims, data: [...data] }]),
);
writeFileSync(outputFile, JSON.stringify({ outputs: result, milliseconds: times.sort((a, b) => a - b)[2] }));
