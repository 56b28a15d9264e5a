/**
 * Who observed, in which language, of which procedure: the head of a TID 1500 report.
 * TID 1204, TID 1001 with 1002 and 1004 (PS3.16).
 *
 * Trap: "Procedure reported" is the imaging procedure, never the algorithm.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, ENGLISH, LN } from '../vocabulary/codes.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { MANUFACTURER } from '../vocabulary/uids.ts';
import { code, text, uidref, type ContentItem } from './content-items.ts';
import { readCode } from './content-tree.ts';

/** The system that speaks. TID 1004. */
export interface DeviceObserver {
  readonly uid: string;
  readonly name: string;
}

/** TID 1204 and TID 1001. */
export function observationContext(observer: DeviceObserver): readonly ContentItem[] {
  return [
    code('HAS CONCEPT MOD', DCM.languageOfContentItemAndDescendants, ENGLISH),
    code('HAS OBS CONTEXT', DCM.observerType, DCM.device),
    uidref('HAS OBS CONTEXT', DCM.deviceObserverUid, observer.uid),
    text('HAS OBS CONTEXT', DCM.deviceObserverName, observer.name),
    text('HAS OBS CONTEXT', DCM.deviceObserverManufacturer, MANUFACTURER),
    text('HAS OBS CONTEXT', DCM.deviceObserverModelName, MANUFACTURER),
  ];
}

/** TID 1500 row 4: the procedure code of the header, or that of an X-ray of an unspecified region. */
export function procedureReported(studyAttributes: DataSet): ContentItem {
  return code(
    'HAS CONCEPT MOD',
    DCM.procedureReported,
    procedureCode(studyAttributes) ?? LN.xrUnspecifiedBodyRegion,
  );
}

function procedureCode(studyAttributes: DataSet): Code | undefined {
  const found = readCode(studyAttributes, TAG.ProcedureCodeSequence);
  const isWhole = found !== undefined && found.scheme !== '' && found.meaning !== '';
  return isWhole && found.meaning.length <= 64 && found.scheme.length <= 16 ? found : undefined;
}
