/**
 * The process that speaks DIMSE: network and staging happen here, so that neither a flood of bytes nor a fault of the
 * protocol stops the server. It ends with its parent, however that ends.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { linkOf } from '../operations/process-link.ts';
import { openDimseNode, type DimseNode } from './dimse-node.ts';
import type { SendOutcome } from './dimse-client.ts';
import type { DimseQuestions, ServerQuestions } from './dimse-questions.ts';
import type { ServerSide } from './scp-services.ts';
import { echo, find, move, send } from './service-user.ts';

let node: DimseNode | undefined;
const opened = (): DimseNode => {
  if (node) return node;
  throw new PacsError('internal', 'The DIMSE process was asked for something before it was started');
};

const link = linkOf<ServerQuestions, DimseQuestions>((message) => process.send?.(message), {
  start: async (setup) => {
    node = await openDimseNode(setup, server);
    return node.ports;
  },
  stop: async (patienceMs) => {
    await node?.stop(patienceMs);
    return undefined;
  },
  echo: (peer) => echo(opened().side, peer),
  send: ({ peer, places }, note: (outcome: SendOutcome) => void, signal) =>
    send(opened().side, opened().source, peer, places, note, signal),
  find: ({ peer, query }) => find(opened().side, peer, query),
  move: (asked) => move(opened().side, asked.peer, asked.move),
  requestCommitment: ({ peer, instances }) => opened().commitmentScu.request(opened().side, peer, instances),
});

const server: ServerSide = {
  keep: (...input) => link.ask('keep', input),
  search: (...input) => link.ask('search', input),
  listPlaces: (...input) => link.ask('listPlaces', input),
  convert: (...input) => link.ask('convert', input),
  commitmentOf: (...input) => link.ask('commitmentOf', input),
  owe: (...input) => link.ask('owe', input),
  owed: (...input) => link.ask('owed', input),
  settle: (...input) => link.ask('settle', input),
  createStep: (...input) => link.ask('createStep', input),
  changeStep: (...input) => link.ask('changeStep', input),
  audit: (...input) => link.ask('audit', input),
};

// Ctrl-C and a service manager signal the whole group; the parent says when this ends.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  link.hear(message);
});
