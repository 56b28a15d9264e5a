/**
 * A thread that renders the demo studies, so that the server goes on answering meanwhile. Posts the Part 10 bytes of
 * one instance at a time, then ends.
 */
import { parentPort } from 'node:worker_threads';

import { demoStudies } from '../../dicom/phantom/index.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';

for (const { instances } of demoStudies()) {
  for (const { dataSet, pixelData } of instances)
    parentPort?.postMessage(writePart10(dataSet, { pixelData }));
}
