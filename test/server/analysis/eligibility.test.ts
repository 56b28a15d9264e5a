import { describe, expect, it } from 'vitest';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import { eligibilityOf, judgeStudy } from '../../../server/analysis/eligibility.ts';
import { storedInstance } from './stored-instances.ts';

const MODALITIES = ['DX', 'CR'];
const verdict = (...given: Parameters<typeof storedInstance>) =>
  eligibilityOf(storedInstance(...given), MODALITIES);

describe('what is analysed', () => {
  it('takes a For Presentation DX although its Image Type is DERIVED\\PRIMARY', () => {
    expect(verdict()).toEqual({ kind: 'radiograph' });
  });

  it('takes a CR without Image Type', () => {
    expect(
      verdict({ Modality: 'CR', ImageType: undefined }, { sopClassUid: SOP_CLASS.computedRadiography }),
    ).toEqual({ kind: 'radiograph' });
  });

  it('refuses another modality, a secondary image, several frames and an instance without pixels, each by its reason', () => {
    expect(verdict({ Modality: 'CT' })).toEqual({ kind: 'rejected', reason: 'other-modality' });
    expect(verdict({ Modality: undefined })).toEqual({ kind: 'rejected', reason: 'other-modality' });
    expect(verdict({ ImageType: ['DERIVED', 'SECONDARY'] })).toEqual({
      kind: 'rejected',
      reason: 'secondary-image',
    });
    expect(verdict({ NumberOfFrames: 2 })).toEqual({ kind: 'rejected', reason: 'multi-frame' });
    const { pixelData, ...withoutPixels } = storedInstance();
    expect(pixelData).toBeDefined();
    expect(eligibilityOf(withoutPixels, MODALITIES)).toEqual({ kind: 'rejected', reason: 'no-pixel-data' });
  });

  it('takes our own import although it is a secondary capture, and no other secondary capture', () => {
    const own = {
      SecondaryCaptureDeviceManufacturer: 'Osteon',
      ImageType: ['DERIVED', 'SECONDARY'],
    } as const;
    expect(verdict(own, { sopClassUid: SOP_CLASS.secondaryCapture, origin: 'import' })).toEqual({
      kind: 'radiograph',
    });
    const other = { ...own, SecondaryCaptureDeviceManufacturer: 'Another' };
    expect(verdict(other, { sopClassUid: SOP_CLASS.secondaryCapture })).toMatchObject({
      reason: 'secondary-image',
    });
  });

  it('ignores results, whoever made them, so that they never start an analysis', () => {
    for (const sopClassUid of [
      SOP_CLASS.comprehensive3dSr,
      SOP_CLASS.grayscaleSoftcopyPresentationState,
      SOP_CLASS.segmentation,
      SOP_CLASS.keyObjectSelection,
    ]) {
      expect(verdict({}, { sopClassUid })).toEqual({ kind: 'ignored' });
    }
    expect(verdict({}, { origin: 'analysis' })).toEqual({ kind: 'ignored' });
  });

  it('ignores a summary image of ours that an archive sends back, whatever its modality', () => {
    const sopClassUid = SOP_CLASS.secondaryCapture;
    const summary = {
      SOPClassUID: sopClassUid,
      Modality: 'DX',
      Manufacturer: 'Osteon',
      BurnedInAnnotation: 'YES',
    } as const;
    expect(verdict(summary, { sopClassUid })).toEqual({ kind: 'ignored' });
    expect(verdict({ ...summary, Manufacturer: 'X' }, { sopClassUid })).toEqual({ kind: 'radiograph' });
  });

  it('prefers For Presentation where For Processing lies beside it, and takes For Processing alone', () => {
    const raw = storedInstance(
      {},
      { sopClassUid: SOP_CLASS.digitalXRayForProcessing, sopInstanceUid: '1.2.3.1.2' },
    );
    expect(judgeStudy([raw], MODALITIES)[0]?.eligibility).toEqual({ kind: 'radiograph' });
    const both = judgeStudy([storedInstance(), raw], MODALITIES).map(({ eligibility }) => eligibility);
    const otherView = storedInstance({ ViewPosition: 'LL' });
    expect(judgeStudy([otherView, raw], MODALITIES).map(({ eligibility }) => eligibility.kind)).toEqual([
      'radiograph',
      'radiograph',
    ]);
    const later = storedInstance({ AcquisitionDateTime: '20260101101010' });
    const rawThen = { ...raw, metadata: storedInstance({ AcquisitionDateTime: '20260101101500' }).metadata };
    expect(judgeStudy([later, rawThen], MODALITIES).map(({ eligibility }) => eligibility.kind)).toEqual([
      'radiograph',
      'radiograph',
    ]);
    expect(both).toEqual([{ kind: 'radiograph' }, { kind: 'rejected', reason: 'raw-duplicate' }]);
  });
});
