import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { itemsOf, textOf, textsOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { readNativeModel } from '../../../dicom/web-model/native-model-reader.ts';
import { parseMediaType } from '../../../server/http/media-type.ts';
import { readMultipart } from '../../../server/http/multipart.ts';
import { oneChunk } from '../../../server/ingest/one-chunk.ts';
import { collect } from '../../support/bytes.ts';
import { serveSearchedStudies } from '../../support/searched-studies.ts';

const server = await serveSearchedStudies();

describe('QIDO-RS resources (PS3.18 10.6, Table 10.6.1-5)', () => {
  it('/studies returns what work lists show, also where it is empty', async () => {
    const { matches } = await server.search('/studies?PatientID=p1');
    expect(matches[0]).toMatchObject({
      [TAG.StudyDate]: { vr: 'DA' },
      [TAG.StudyTime]: { vr: 'TM', Value: ['0000'] },
      [TAG.AccessionNumber]: { vr: 'SH' },
      [TAG.ModalitiesInStudy]: { vr: 'CS', Value: ['CT', 'SR'] },
      [TAG.StudyDescription]: { vr: 'LO', Value: ['Knee'] },
      [TAG.NumberOfStudyRelatedSeries]: { vr: 'IS', Value: [2] },
      [TAG.NumberOfStudyRelatedInstances]: { vr: 'IS', Value: [4] },
      [TAG.RetrieveURL]: { vr: 'UR', Value: [`${server.base}/studies/1.2.5`] },
    });
  });

  it('/studies/{study}/series returns series in order, with counts and step ids', async () => {
    const { matches } = await server.search('/studies/1.2.2/series?includefield=00080021,0008103E');
    expect(matches.map((match) => textOf(match, TAG.SeriesNumber))).toEqual(['1', '2']);
    expect(textOf(matches[0] ?? {}, TAG.NumberOfSeriesRelatedInstances)).toBe('2');
    const [request] = itemsOf(matches[1] ?? {}, TAG.RequestAttributesSequence);
    expect(textOf(request ?? {}, TAG.ScheduledProcedureStepID)).toBe('SPS2');
  });

  it.each([
    ['/series?Modality=DX', 2],
    ['/series?RequestAttributesSequence.ScheduledProcedureStepID=SPS2', 5],
    ['/series?00400275.00401001=RP1.2.3', 2],
    ['/series?PatientID=P1&SeriesNumber=2', 1],
    ['/instances?SOPClassUID=1.2.840.10008.5.1.4.1.1.1', 20],
    ['/instances?StudyInstanceUID=1.2.4&InstanceNumber=1', 2],
    ['/studies/1.2.3/instances', 4],
    ['/studies/1.2.3/series/1.2.3.1/instances', 2],
    ['/studies/1.2.3/instances?SOPInstanceUID=1.2.3.1.1', 1],
  ])('%s finds %i', async (path, count) => {
    expect((await server.search(path)).matches).toHaveLength(count);
  });

  it('orders instances by Instance Number and returns their image attributes', async () => {
    const { matches } = await server.search('/studies/1.2.1/series/1.2.1.1/instances');
    expect(matches.map((match) => textOf(match, TAG.SOPInstanceUID))).toEqual(['1.2.1.1.2', '1.2.1.1.1']);
    expect(matches[0]).toMatchObject({
      [TAG.Rows]: { Value: [2] },
      [TAG.Columns]: { Value: [4] },
      [TAG.BitsAllocated]: { Value: [16] },
      [TAG.AvailableTransferSyntaxUID]: { Value: ['1.2.840.10008.1.2.1'] },
    });
  });

  it('gives bulk data of a match an address under its Retrieve URL (PS3.18 F.2.6)', async () => {
    const { matches } = await server.search('/instances?SOPInstanceUID=1.2.1.1.1&includefield=all');
    const addresses = Object.values(matches[0] ?? {}).flatMap(({ BulkDataURI }) => BulkDataURI ?? []);
    expect(addresses).toEqual([
      `${server.base}/studies/1.2.1/series/1.2.1.1/instances/1.2.1.1.1/bulkdata/60003000`,
    ]);
  });

  it('adds what includefield names from the whole header, and everything for all', async () => {
    const plain = await server.search('/instances?SOPInstanceUID=1.2.1.1.1');
    expect(plain.matches[0]?.[TAG.HighBit]).toBeUndefined();
    const some = await server.search('/instances?SOPInstanceUID=1.2.1.1.1&includefield=HighBit');
    expect(textsOf(some.matches[0] ?? {}, TAG.HighBit)).toEqual(['11']);
    expect(some.matches[0]?.[TAG.PixelRepresentation]).toBeUndefined();
    const all = await server.search('/instances?SOPInstanceUID=1.2.1.1.1&includefield=all');
    expect(all.matches[0]?.[TAG.PixelRepresentation]).toBeDefined();
  });
});

describe('QIDO-RS paging and answers (PS3.18 8.3.4, 10.6.3)', () => {
  it('pages in a stable order and warns how many more there are', async () => {
    const first = await server.search('/studies?limit=2');
    const second = await server.search('/studies?limit=2&offset=2');
    const third = await server.search('/studies?limit=2&offset=4');
    expect(first.warning).toBe('299 osteon "There are 3 additional results that can be requested"');
    expect(second.warning).toContain('There are 1 additional');
    expect(third.warning).toBeNull();
    const all = await server.search('/studies');
    expect([...first.matches, ...second.matches, ...third.matches]).toEqual(all.matches);
  });

  it('answers 204 without a body when nothing matches', async () => {
    expect((await server.search('/studies?PatientID=nobody')).status).toBe(204);
    expect((await server.search('/studies?limit=0')).matches).toEqual([]);
  });

  it.each([
    ['/studies?Bogus=1', 'A parameter with a name of 5 characters'],
    ['/studies?Modality=DX', 'Modality'],
    ['/studies?limit=-1', 'limit'],
    ['/studies?offset=x', 'offset'],
    ['/studies?StudyDate=2024', 'StudyDate'],
    ['/studies?StudyDate=20241301', 'StudyDate'],
    ['/studies?StudyDate=-', 'StudyDate'],
    ['/series?SeriesNumber=one', 'SeriesNumber'],
    ['/studies?StudyInstanceUID=1..2', 'StudyInstanceUID'],
    ['/studies?PatientID=1&PatientID=2', 'PatientID'],
    ['/studies?PatientID=1&00100020=2', '00100020'],
    ['/studies?includefield=Bogus', 'includefield'],
    ['/studies?fuzzymatching=maybe', 'fuzzymatching'],
    ['/studies?emptyvaluematching=1', 'emptyvaluematching'],
    ['/studies?multiplevaluematching=', 'multiplevaluematching'],
  ])('answers 400 to %s and names %s', async (path, name) => {
    const response = await fetch(`${server.base}${path}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: 'bad-request',
      message: expect.stringContaining(name) as string,
    });
  });

  it('sends XML, a part for each match, where the client asks for it (PS3.18 8.7.3.2)', async () => {
    const response = await fetch(`${server.base}/studies?PatientID=P?`, {
      headers: { Accept: 'multipart/related; type="application/dicom+xml"' },
    });
    expect(response.status).toBe(200);
    const mediaType = parseMediaType(response.headers.get('content-type') ?? '');
    expect(mediaType?.parameters.get('type')).toBe('application/dicom+xml');
    const found: DataSet[] = [];
    const body = oneChunk(new Uint8Array(await response.arrayBuffer()));
    for await (const part of readMultipart(body, mediaType?.parameters.get('boundary') ?? '')) {
      expect(part.headers.get('content-type')).toBe('application/dicom+xml; charset=utf-8');
      found.push(readNativeModel((await collect(part.body)).toString('utf8')));
    }
    expect(found).toEqual((await server.search('/studies?PatientID=P?')).matches);
  });

  it('answers 406 when the client takes neither JSON nor XML', async () => {
    const response = await fetch(`${server.base}/studies`, { headers: { Accept: 'text/html' } });
    expect(response.status).toBe(406);
  });
});
