/**
 * `GET /api/rules`: what a usable image is, in words and as a picture. The words come from the reasons for refusing.
 */
import { join } from 'node:path';
import type { Router } from 'express';
import { INTENDED_USE_NOTICE, REJECTION_REASONS } from '../../dicom/vocabulary/finding.ts';
import { openToAll } from '../security/authentication.ts';

/** A phantom of `npm run phantom -- --layout training --count 8 --seed 3`: no picture of a patient. */
const PICTURE = join(import.meta.dirname, '..', '..', 'docs', 'images', 'usable-radiograph.png');

const RULES = [
  'One radiograph of a limb: hand, wrist, forearm, elbow, shoulder, hip, leg or foot.',
  'DICOM of modality DX or CR, or the whole radiograph as JPEG or PNG. No photograph of a screen or a film, no scan of a report.',
  'Grey, not in colour. At least 64 pixels on the shorter side, at most 12,000 on the longer, no more than eight times as long as wide.',
  'One image a file. The whole bone and both neighbouring joints in view, not cut off, not covered by text.',
  'As it came from the detector: not stretched, not turned upside down, no drawing on it.',
];

/** `GET /rules` and `GET /rules/picture`. */
export function addImageRules(router: Router): void {
  router.get('/rules', openToAll(), (_request, response) => {
    response.json({
      rules: RULES,
      picture: '/api/rules/picture',
      refusals: REJECTION_REASONS,
      intendedUse: INTENDED_USE_NOTICE,
    });
  });
  router.get('/rules/picture', openToAll(), (_request, response) => {
    response.type('image/png').sendFile(PICTURE);
  });
}
