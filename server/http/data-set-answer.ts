/**
 * Data sets as an answer: JSON by default, Native DICOM Model XML where the client asks. PS3.18 8.7.3.2, Annex F.
 *
 * Trap: JSON is one array of all data sets; XML is one document a data set, each in its own part.
 */
import type { Response } from 'express';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { writeNativeModel } from '../../dicom/web-model/native-model-writer.ts';
import { negotiate } from './media-type.ts';
import type { Accepting, Offer } from './media-type.ts';
import { sendMultipart } from './send-parts.ts';

/** In which form data sets are sent. */
export type DataSetForm = 'json' | 'xml-parts' | 'xml';

const JSON_TYPE = 'application/dicom+json';
const XML_TYPE = 'application/dicom+xml';
const JSON_OFFERS: readonly Offer[] = [
  { name: JSON_TYPE, isMultipart: false },
  { name: 'application/json', isMultipart: false },
];
const XML_PARTS: Offer = { name: XML_TYPE, isMultipart: true };
const XML: Offer = { name: XML_TYPE, isMultipart: false };

/** The form for a list of data sets: search results, metadata. Throws `not-acceptable`. */
export function chooseListForm(request: Accepting): DataSetForm {
  return formOf(negotiate(request, [...JSON_OFFERS, XML_PARTS]).offer);
}

/** The form for one data set, which may also be a single part of XML: the answer to a store. Throws `not-acceptable`. */
export function chooseForm(request: Accepting): DataSetForm {
  return formOf(negotiate(request, [...JSON_OFFERS, XML, XML_PARTS]).offer);
}

function formOf({ name, isMultipart }: Offer): DataSetForm {
  if (name !== XML_TYPE) return 'json';
  return isMultipart ? 'xml-parts' : 'xml';
}

/** Sends data sets as one array or as a part each. */
export async function sendDataSets(
  response: Response,
  form: DataSetForm,
  dataSets: Iterable<DataSet>,
): Promise<void> {
  if (form === 'json') sendJson(response, JSON.stringify([...dataSets]));
  else await sendXmlParts(response, dataSets);
}

/** Sends one data set; in JSON without an array around it. */
export async function sendDataSet(response: Response, form: DataSetForm, dataSet: DataSet): Promise<void> {
  if (form === 'xml') response.type(`${XML_TYPE}; charset=utf-8`).send(writeNativeModel(dataSet));
  else if (form === 'xml-parts') await sendXmlParts(response, [dataSet]);
  else sendJson(response, JSON.stringify(dataSet));
}

/** Sends JSON text that is ready. */
export function sendJson(response: Response, json: string): void {
  response.type(`${JSON_TYPE}; charset=utf-8`).send(json);
}

async function sendXmlParts(response: Response, dataSets: Iterable<DataSet>): Promise<void> {
  const { statusCode } = response;
  await sendMultipart(response, XML_TYPE, partsOf(dataSets), { status: statusCode });
}

function* partsOf(dataSets: Iterable<DataSet>) {
  for (const dataSet of dataSets) {
    yield {
      headers: { 'Content-Type': `${XML_TYPE}; charset=utf-8` },
      body: Buffer.from(writeNativeModel(dataSet), 'utf8'),
    };
  }
}
