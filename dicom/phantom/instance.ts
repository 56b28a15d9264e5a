/**
 * A phantom as a DX For Presentation or CR instance. PS3.3 A.26 and A.2.
 *
 * Trap: PixelIntensityRelationshipSign is about the samples, not the display: −1 where larger samples mean less
 * radiation (MONOCHROME2 with bone bright), 1 where they mean more (PS3.3 C.8.11.3.1.2).
 */
import { SCT, type Code } from '../vocabulary/codes.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import { dataSetOf } from '../vocabulary/dictionary.ts';
import { MANUFACTURER, SOP_CLASS } from '../vocabulary/uids.ts';
import { uidOf, type PhantomIdentity } from './identity.ts';
import type { Phantom, PhantomParameters, PhantomTruth } from './parameters.ts';
import { renderPhantom } from './render.ts';

/** An instance ready for the Part 10 writer, and what is true of its image. */
export interface PhantomInstance {
  readonly dataSet: DataSet;
  /** Native pixel bytes, little endian, of even length. PS3.5 8.2. */
  readonly pixelData: Uint8Array;
  readonly truth: PhantomTruth;
}

/** Renders a phantom and describes it as an instance; marked as synthetic (0008,001C). Throws as {@link renderPhantom}. */
export function phantomInstance(parameters: PhantomParameters, identity: PhantomIdentity): PhantomInstance {
  const phantom = renderPhantom(parameters);
  return {
    dataSet: {
      ...patientAndStudy(parameters, identity),
      ...seriesAndEquipment(parameters, identity),
      ...acquisition(parameters, phantom, identity),
      ...pixels(parameters, phantom),
      ...(identity.modality === 'DX' ? digitalXRay(parameters) : {}),
    },
    pixelData: bytesOf(phantom.samples, parameters.bitsStored),
    truth: phantom.truth,
  };
}

function patientAndStudy({ sex }: PhantomParameters, identity: PhantomIdentity): DataSet {
  return dataSetOf({
    SpecificCharacterSet: 'ISO_IR 192',
    PatientName: { Alphabetic: identity.patientName },
    PatientID: identity.patientId,
    PatientBirthDate: identity.patientBirthDate,
    PatientSex: sex,
    PatientAge: identity.patientAge,
    StudyInstanceUID: uidOf(`phantom/${identity.studyKey}`),
    StudyDate: identity.studyDate,
    StudyTime: identity.studyTime,
    StudyID: '1',
    AccessionNumber: identity.accessionNumber,
    ReferringPhysicianName: [],
    StudyDescription: identity.studyDescription,
  });
}

function seriesAndEquipment({ region, view }: PhantomParameters, identity: PhantomIdentity): DataSet {
  const { studyKey, seriesNumber, instanceNumber, modality } = identity;
  const series = `phantom/${studyKey}/${seriesNumber}`;
  return dataSetOf({
    SOPClassUID: modality === 'DX' ? SOP_CLASS.digitalXRayForPresentation : SOP_CLASS.computedRadiography,
    SOPInstanceUID: uidOf(`${series}/${instanceNumber}`),
    SeriesInstanceUID: uidOf(series),
    SeriesNumber: seriesNumber,
    InstanceNumber: instanceNumber,
    Modality: modality,
    SeriesDate: identity.studyDate,
    SeriesTime: identity.studyTime,
    SeriesDescription: `${region === 'hand' ? 'Hand' : 'Wrist'} ${view}`,
    ProtocolName: identity.studyDescription,
    BodyPartExamined: region === 'hand' ? 'HAND' : 'WRIST',
    Manufacturer: MANUFACTURER,
    ManufacturerModelName: 'Phantom',
    DeviceSerialNumber: '1',
    SoftwareVersions: '0.1',
    SyntheticData: 'YES',
    RequestAttributesSequence: [
      dataSetOf({
        RequestedProcedureID: identity.accessionNumber,
        RequestedProcedureDescription: identity.studyDescription,
        ScheduledProcedureStepID: identity.accessionNumber,
        ScheduledProcedureStepDescription: identity.studyDescription,
      }),
    ],
  });
}

function acquisition(
  { side, view, exposure }: PhantomParameters,
  { pixelSpacingMm }: Phantom,
  { studyDate, studyTime }: PhantomIdentity,
): DataSet {
  const spacing = Number(pixelSpacingMm.toPrecision(8));
  return dataSetOf({
    ImageType: ['ORIGINAL', 'PRIMARY'],
    AcquisitionDate: studyDate,
    ContentDate: studyDate,
    ContentTime: studyTime,
    ImageLaterality: side,
    // Fingers up, seen from behind: the right of the image is the patient's left on either hand, its foot the elbow.
    PatientOrientation: ['L', 'H'],
    ViewPosition: view === 'PA' ? 'PA' : [],
    KVP: 50,
    Exposure: Math.max(1, Math.round(exposure * 3)),
    ImagerPixelSpacing: [spacing, spacing],
    PixelSpacing: [spacing, spacing],
    BurnedInAnnotation: 'NO',
    LossyImageCompression: '00',
  });
}

function pixels(parameters: PhantomParameters, { columns, rows }: Phantom): DataSet {
  const { bitsStored, photometricInterpretation } = parameters;
  return dataSetOf({
    SamplesPerPixel: 1,
    PhotometricInterpretation: photometricInterpretation,
    Rows: rows,
    Columns: columns,
    BitsAllocated: bitsStored > 8 ? 16 : 8,
    BitsStored: bitsStored,
    HighBit: bitsStored - 1,
    PixelRepresentation: 0,
    WindowCenter: 2 ** (bitsStored - 1),
    WindowWidth: 2 ** bitsStored,
  });
}

/** What DX demands beyond CR. PS3.3 C.8.11.1 (Series), C.8.11.2 (Anatomy Imaged), C.8.11.3 (Image), C.8.11.4 (Detector). */
function digitalXRay({ region, view, photometricInterpretation }: PhantomParameters): DataSet {
  const isInverted = photometricInterpretation === 'MONOCHROME1';
  return dataSetOf({
    PresentationIntentType: 'FOR PRESENTATION',
    AnatomicRegionSequence: [codeItem(region === 'hand' ? SCT.hand : SCT.wristJoint)],
    ViewCodeSequence: [
      {
        ...codeItem(view === 'PA' ? SCT.posteroAnterior : SCT.posteroAnteriorOblique),
        ...dataSetOf({ ViewModifierCodeSequence: [] }),
      },
    ],
    AcquisitionContextSequence: [],
    DetectorType: 'DIRECT',
    PositionerType: 'NONE',
    PixelIntensityRelationship: 'LOG',
    PixelIntensityRelationshipSign: isInverted ? 1 : -1,
    RescaleIntercept: 0,
    RescaleSlope: 1,
    RescaleType: 'US',
    PresentationLUTShape: isInverted ? 'INVERSE' : 'IDENTITY',
  });
}

function codeItem({ value, scheme, meaning }: Code): DataSet {
  return dataSetOf({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning });
}

function bytesOf(samples: Uint16Array, bitsStored: number): Uint8Array {
  if (bitsStored <= 8) {
    const bytes = new Uint8Array(samples.length + (samples.length % 2));
    bytes.set(samples);
    return bytes;
  }
  const bytes = new Uint8Array(samples.length * 2);
  samples.forEach((sample, index) => {
    bytes[2 * index] = sample & 0xff;
    bytes[2 * index + 1] = sample >> 8;
  });
  return bytes;
}
