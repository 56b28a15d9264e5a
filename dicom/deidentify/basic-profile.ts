/**
 * What is kept of an attribute when a study is de-identified: the Basic Application Level Confidentiality Profile with the
 * Clean Structured Content Option. PS3.15 E.1, E.3.5, Table E.1-1.
 *
 * The profile lists what must go. This table is the other way round and stricter: it lists what stays of radiographs and of
 * measurement reports, and what it does not list is removed, whoever put it there, private or not, at any depth.
 */
import type { Keyword } from '../vocabulary/dictionary.ts';

/**
 * What becomes of an attribute.
 *
 * - `number`: its numbers stay. - `standard-uid`: a UID of DICOM stays. - `uid`: another UID in its place.
 * - `empty`: it has no value. - `dummy`: a value that says nothing. - `code`: codes stay whose meaning we can say in our words.
 * - `items`: each item by this table. - `lut`: the bytes of a look-up table stay.
 * - a pattern: values stay, from the first on, for as long as they are terms of this form.
 */
export type Keeping =
  'number' | 'standard-uid' | 'uid' | 'empty' | 'dummy' | 'code' | 'items' | 'lut' | RegExp;

const YES_OR_NO = /^(YES|NO)$/;
const SIDE = /^[LRUB]$/;

/** One row an attribute, in the order of the modules. */
// prettier-ignore
export const KEPT: Readonly<Partial<Record<Keyword, Keeping>>> = {
  // SOP Common
  SOPClassUID: 'standard-uid', SOPInstanceUID: 'uid', SyntheticData: YES_OR_NO,
  // Patient, General Study
  PatientName: 'empty', PatientID: 'empty', PatientBirthDate: 'empty', PatientSex: 'empty',
  StudyInstanceUID: 'uid', StudyDate: 'empty', StudyTime: 'empty', ReferringPhysicianName: 'empty', StudyID: 'empty',
  AccessionNumber: 'empty',
  // Series, Frame of Reference, Equipment
  Modality: /^(CR|DX|OT|RG|SR)$/, SeriesInstanceUID: 'uid', SeriesNumber: 'number', Laterality: SIDE,
  BodyPartExamined: /^(ACJOINT|ANKLE|ARM|CALCANEUS|CLAVICLE|ELBOW|EXTREMITY|FEMUR|FINGER|FOOT|FOREARM|HAND|HIP|HUMERUS|KNEE|LEG|PATELLA|PELVIS|RADIUS|RADIUSULNA|SCAPULA|SHOULDER|THIGH|THUMB|TIBIAFIBULA|TOE|ULNA|WRIST)$/,
  PatientPosition: /^(HFP|HFS|HFDR|HFDL|FFDR|FFDL|FFP|FFS)$/, PresentationIntentType: /^FOR (PRESENTATION|PROCESSING)$/,
  FrameOfReferenceUID: 'uid', Manufacturer: 'dummy', ManufacturerModelName: 'dummy', DeviceSerialNumber: 'dummy',
  SoftwareVersions: 'dummy',
  // General Image, CR, DX and Secondary Capture
  ConversionType: /^(DV|DI|DF|WSD|SD|SI|DRW|SYN)$/, InstanceNumber: 'number', ImageType: /^(ORIGINAL|DERIVED|PRIMARY|SECONDARY)$/, ContentDate: 'dummy', ContentTime: 'dummy',
  PatientOrientation: /^[ALRPHF]{1,3}$/, ImageLaterality: SIDE, ViewPosition: /^(AP|PA|LL|RL|RLD|LLD|RLO|LLO)$/,
  AnatomicRegionSequence: 'code', ViewCodeSequence: 'code', AcquisitionContextSequence: 'empty', KVP: 'number',
  DistanceSourceToDetector: 'number', ExposureTime: 'number', XRayTubeCurrent: 'number', Exposure: 'number',
  PositionerType: /^(CARM|COLUMN|NONE)$/, DetectorType: /^(DIRECT|SCINTILLATOR|STORAGE|FILM)$/,
  ImagerPixelSpacing: 'number', BurnedInAnnotation: YES_OR_NO, LossyImageCompression: /^0[01]$/,
  LossyImageCompressionRatio: 'number', LossyImageCompressionMethod: /^ISO_\d{4,5}_\d{1,2}$/,
  // Image Pixel, look-up tables
  SamplesPerPixel: 'number', PhotometricInterpretation: /^(MONOCHROME[12]|RGB|YBR_[A-Z]+(_4\d\d)?)$/,
  PlanarConfiguration: 'number', NumberOfFrames: 'number', Rows: 'number', Columns: 'number', PixelSpacing: 'number',
  PixelSpacingCalibrationType: /^(GEOMETRY|FIDUCIAL)$/, PixelAspectRatio: 'number', BitsAllocated: 'number',
  BitsStored: 'number', HighBit: 'number', PixelRepresentation: 'number', SmallestImagePixelValue: 'number',
  LargestImagePixelValue: 'number', PixelPaddingValue: 'number', PixelPaddingRangeLimit: 'number',
  PixelIntensityRelationship: /^(LIN|LOG|DISP)$/, PixelIntensityRelationshipSign: 'number', WindowCenter: 'number',
  WindowWidth: 'number', RescaleIntercept: 'number', RescaleSlope: 'number', RescaleType: /^(US|OD|HU|MGML)$/,
  VOILUTFunction: /^(LINEAR|LINEAR_EXACT|SIGMOID)$/, ModalityLUTSequence: 'items', VOILUTSequence: 'items',
  LUTDescriptor: 'number', LUTData: 'lut', ModalityLUTType: /^(US|OD|HU|MGML)$/,
  PresentationLUTShape: /^(IDENTITY|INVERSE)$/,
  // SR Document
  ReferencedPerformedProcedureStepSequence: 'empty', CompletionFlag: /^(PARTIAL|COMPLETE)$/,
  VerificationFlag: /^(UN)?VERIFIED$/, PreliminaryFlag: /^(PRELIMINARY|FINAL)$/, VerifyingObserverSequence: 'items',
  VerifyingObserverName: 'dummy', VerifyingObserverIdentificationCodeSequence: 'empty', VerifyingOrganization: 'dummy',
  VerificationDateTime: 'dummy', PerformedProcedureCodeSequence: 'empty', PredecessorDocumentsSequence: 'items',
  CurrentRequestedProcedureEvidenceSequence: 'items', PertinentOtherEvidenceSequence: 'items',
  ReferencedSeriesSequence: 'items', ReferencedSOPSequence: 'items', ReferencedSOPClassUID: 'standard-uid',
  ReferencedSOPInstanceUID: 'uid', ReferencedFrameNumber: 'number',
  // SR content
  ValueType: /^(CONTAINER|TEXT|NUM|CODE|DATETIME|DATE|TIME|UIDREF|PNAME|COMPOSITE|IMAGE|SCOORD)$/,
  RelationshipType: /^(CONTAINS|HAS (OBS|ACQ) CONTEXT|HAS CONCEPT MOD|HAS PROPERTIES|INFERRED FROM|SELECTED FROM)$/,
  ConceptNameCodeSequence: 'code', ConceptCodeSequence: 'code', ContinuityOfContent: /^(SEPARATE|CONTINUOUS)$/,
  ContentTemplateSequence: 'items', MappingResource: /^DCMR$/, MappingResourceUID: 'standard-uid',
  TemplateIdentifier: /^\d{1,5}$/, ContentSequence: 'items', MeasuredValueSequence: 'items', NumericValue: 'number',
  FloatingPointValue: 'number', MeasurementUnitsCodeSequence: 'code', NumericValueQualifierCodeSequence: 'code',
  PurposeOfReferenceCodeSequence: 'code', TextValue: 'dummy', PersonName: 'dummy', DateTime: 'dummy', Date: 'dummy',
  Time: 'dummy', ObservationDateTime: 'dummy', UID: 'uid', GraphicType: /^(POINT|MULTIPOINT|POLYLINE|CIRCLE|ELLIPSE)$/, GraphicData: 'number',
  PixelOriginInterpretation: /^(FRAME|VOLUME)$/,
};
