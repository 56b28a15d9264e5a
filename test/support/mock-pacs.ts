/**
 * A PACS of a few canned studies, for tests of the reading room alone: QIDO-RS, WADO-RS metadata and frames, and
 * `/api/analyses`, under the strict Content Security Policy that the page must bear.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Request, type Response } from 'express';
import sharp from 'sharp';
import { numberOf, textOf, textsOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { reportAs } from '../../dicom/sr/report-text.ts';

/** One instance: its attributes, and its native pixels where it is an image. */
export interface MockInstance {
  readonly metadata: DataSet;
  readonly pixels?: Uint8Array;
}

export interface MockStudy {
  readonly uid: string;
  readonly instances: MockInstance[];
  /** The PNG of every image's heat map; absent: the model gives none. */
  heatMap?: Uint8Array;
  /** As `/api/analyses` tells it; absent when the study was never queued. */
  analysis?: Readonly<Record<string, unknown>>;
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export class MockPacs {
  readonly studies: MockStudy[] = [];
  /** Bodies of `POST /api/analyses`. */
  readonly requested: unknown[] = [];
  /** Media type and title of every picture that was imported. */
  readonly imported: string[] = [];
  /** Reports are handed out by series only once this has come. */
  reportsHeld: Promise<void> = Promise.resolve();
  /** How often a heat map was asked for. */
  heatMapsAsked = 0;
  readonly #server: Server;
  readonly #watching = new Set<Response>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Serves the built page in `folder` on an ephemeral port of the loopback. */
  static async start(folder: string): Promise<MockPacs> {
    const app = express();
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const pacs = new MockPacs(server);
    app.use((_request, response, next) => {
      response.setHeader('Content-Security-Policy', POLICY);
      next();
    });
    app.use('/dicom-web', pacs.#dicomWeb());
    app.use('/api/analyses', pacs.#analyses());
    app.get('/api/reviews/:study', (_request, response) => {
      // Whoever may not review is shown no review.
      response.json({
        reader: { id: 'local', mayReview: false, maySign: false },
        draft: { revision: 0, steps: [] },
        others: [],
        seen: '',
      });
    });
    app.get('/auth/me', (_request, response) => {
      response.json({ kind: 'local' });
    });
    app.post('/api/imports', (request, response) => {
      pacs.#imports(request, response);
    });
    app.get('/api/events', (_request, response) => {
      response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      response.write(': open\n\n');
      pacs.#watching.add(response);
      response.once('close', () => pacs.#watching.delete(response));
    });
    app.use(express.static(folder));
    return pacs;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** Tells every open page that these studies have changed. */
  tellChanged(...studyUids: readonly string[]): void {
    for (const response of this.#watching) {
      response.write(`event: studies\ndata: ${JSON.stringify(studyUids)}\n\n`);
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #dicomWeb() {
    const router = express.Router();
    router.get('/studies', (request, response) => {
      this.#search(request, response);
    });
    router.get('/studies/:study/metadata', (request, response) => {
      const instances = this.#instances(request.params.study);
      if (instances.length === 0) response.status(404).end();
      else
        dicomJson(
          response,
          instances.map(({ metadata }) => metadata),
        );
    });
    router.get('/studies/:study/series', (request, response) => {
      const rows = seriesRows(this.#instances(request.params.study));
      if (rows.length === 0) response.status(204).end();
      else dicomJson(response, rows);
    });
    router.get('/studies/:study/series/:series/metadata', async (request, response) => {
      const { study, series } = request.params;
      const found = this.#instances(study).filter(
        ({ metadata }) => textOf(metadata, TAG.SeriesInstanceUID) === series,
      );
      if (found.some(({ pixels }) => !pixels)) await this.reportsHeld;
      if (found.length === 0) response.status(404).end();
      else
        dicomJson(
          response,
          found.map(({ metadata }) => metadata),
        );
    });
    router.get('/studies/:study/series/:series/instances/:instance/metadata', (request, response) => {
      const found = this.#instance(request.params.study, request.params.instance);
      if (found) dicomJson(response, [found.metadata]);
      else response.status(404).end();
    });
    router.get('/studies/:study/series/:series/instances/:instance/frames/:frame', (request, response) => {
      const found = this.#instance(request.params.study, request.params.instance);
      if (found?.pixels) sendFrame(response, found.pixels);
      else response.status(404).end();
    });
    router.get('/studies/:study/series/:series/instances/:instance/rendered', (request, response) => {
      const found = this.#instance(request.params.study, request.params.instance);
      if (found?.pixels) void sendPicture(response, found.metadata, found.pixels);
      else if (found) response.type('text/html').send(reportAs('text/html', found.metadata));
      else response.status(404).end();
    });
    return router;
  }

  #imports(request: Request, response: Response): void {
    const { title } = request.query;
    this.imported.push(`${request.get('content-type') ?? ''} ${typeof title === 'string' ? title : ''}`);
    request.resume().once('end', () => {
      response.status(201).json({ studyInstanceUid: this.studies[0]?.uid });
    });
  }

  #analyses() {
    const router = express.Router();
    router.use(express.json());
    router.get('/', (request, response) => {
      const { study } = request.query;
      const wanted = typeof study === 'string' ? study.split(',') : [];
      const analyses = this.studies
        .filter(({ uid }) => wanted.length === 0 || wanted.includes(uid))
        .flatMap(({ analysis }) => analysis ?? []);
      response.json({ analyses });
    });
    router.get('/:study/instances/:instance/activation', (request, response) => {
      this.heatMapsAsked += 1;
      const png = this.studies.find(({ uid }) => uid === request.params.study)?.heatMap;
      if (png) response.type('image/png').send(Buffer.from(png));
      else response.status(404).end();
    });
    router.post('/', (request, response) => {
      this.requested.push(request.body);
      response.status(202).json({});
    });
    return router;
  }

  #search(request: Request, response: Response): void {
    const { limit, offset, PatientName, PatientID, AccessionNumber, StudyDescription, StudyDate } =
      request.query;
    const conditions = { PatientName, PatientID, AccessionNumber, StudyDescription, StudyDate };
    const rows = this.studies
      .map(studyRow)
      .filter((row) => Object.entries(conditions).every(([keyword, value]) => matches(row, keyword, value)));
    const from = Number(offset ?? 0);
    const page = rows.slice(from, from + Number(limit ?? 100));
    if (page.length === 0) response.status(204).end();
    else dicomJson(response, page);
  }

  #instances(study: string): readonly MockInstance[] {
    return this.studies.find(({ uid }) => uid === study)?.instances ?? [];
  }

  #instance(study: string, instance: string): MockInstance | undefined {
    return this.#instances(study).find(({ metadata }) => textOf(metadata, TAG.SOPInstanceUID) === instance);
  }
}

/** The upper eight of twelve bits. */
async function sendPicture(response: Response, metadata: DataSet, pixels: Uint8Array): Promise<void> {
  const [width = 0, height = 0] = [TAG.Columns, TAG.Rows].map((tag) => numberOf(metadata, tag));
  const samples = new Uint16Array(pixels.buffer, pixels.byteOffset, width * height);
  const raw = { width, height, channels: 1 } as const;
  const png = await sharp(
    Uint8Array.from(samples, (sample) => sample >> 4),
    { raw },
  )
    .png()
    .toBuffer();
  response.type('image/png').send(png);
}

/** One row a series, as QIDO-RS gives it. */
function seriesRows(instances: readonly MockInstance[]): readonly DataSet[] {
  const rows = instances.map(({ metadata }) => {
    const { [TAG.Modality]: modality, [TAG.SeriesInstanceUID]: uid } = metadata;
    return { ...(modality && { [TAG.Modality]: modality }), ...(uid && { [TAG.SeriesInstanceUID]: uid }) };
  });
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function studyRow({ uid, instances }: MockStudy): DataSet {
  const first = instances[0]?.metadata ?? {};
  const modalities = [...new Set(instances.flatMap(({ metadata }) => textsOf(metadata, TAG.Modality)))];
  return {
    ...first,
    [TAG.StudyInstanceUID]: { vr: 'UI', Value: [uid] },
    [TAG.ModalitiesInStudy]: { vr: 'CS', Value: modalities },
  };
}

function matches(row: DataSet, keyword: string, value: unknown): boolean {
  if (typeof value !== 'string') return true;
  const tags: Readonly<Record<string, string>> = TAG;
  const element = JSON.stringify(row[tags[keyword] ?? ''] ?? '').toLowerCase();
  return element.includes(value.replaceAll('*', '').toLowerCase());
}

function dicomJson(response: Response, body: readonly DataSet[]): void {
  response.type('application/dicom+json').send(JSON.stringify(body));
}

function sendFrame(response: Response, pixels: Uint8Array): void {
  const head =
    '--frame\r\nContent-Type: application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1\r\n\r\n';
  response.setHeader('Content-Type', 'multipart/related; type="application/octet-stream"; boundary=frame');
  response.end(Buffer.concat([Buffer.from(head), pixels, Buffer.from('\r\n--frame--\r\n')]));
}
