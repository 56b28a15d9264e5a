/** The part of dcmjs that is used: its serialiser. The library ships no types. */
declare module 'dcmjs' {
  export interface DcmjsElement {
    vr: string;
    Value: unknown[];
  }
  export type DcmjsDataSet = Record<string, DcmjsElement>;
  class DicomDict {
    constructor(meta: DcmjsDataSet);
    dict: DcmjsDataSet;
    write(options?: { allowInvalidVRLength: boolean }): ArrayBuffer;
  }
  const dcmjs: { data: { DicomDict: typeof DicomDict } };
  export default dcmjs;
}
