/**
 * Korean for what reports say in English: coded concepts, and the sentences that the server writes into them.
 *
 * Trap: a report may come from anyone. What is not listed here is shown as it was written.
 */
import { OSTEON, SCT, type Code } from '../../dicom/vocabulary/codes.ts';
import { BODY_PARTS } from '../../dicom/vocabulary/body-part-codes.ts';
import { BONE_AGE_REFERENCE, REFERENCE_POPULATION } from '../../dicom/vocabulary/bone-age-reference.ts';
import {
  INTENDED_USE_NOTICE,
  NO_SCORE_REASONS,
  REJECTION_REASONS,
  type NoScoreReason,
  type RejectionReason,
} from '../../dicom/vocabulary/finding.ts';
import { REJECTED_FINDING_REASONS, type RejectedFindingReason } from '../../dicom/vocabulary/review.ts';
import { LICENCE_NOTICE } from '../../dicom/sr/image-statements.ts';

/** Why an image or study was not analysed. */
export const KOREAN_REJECTIONS: Readonly<Record<RejectionReason, string>> = {
  'other-modality': '분석 대상 장비(Modality)가 아님',
  'secondary-image': 'Image Type에 따르면 촬영 원본이 아닌 이차 영상임',
  'raw-duplicate': '같은 촬영의 For Presentation 영상이 있음',
  'no-pixel-data': '픽셀 데이터가 없음',
  undecodable: '픽셀 데이터를 해독할 수 없음',
  'multi-frame': '다중 프레임 영상은 분석하지 않음',
  'bad-dimensions': '방사선 영상으로 보기에 크기나 비율이 맞지 않음',
  'blank-image': '명암이 없는 영상',
  'colour-image': '컬러 영상은 방사선 영상이 아님',
  'not-a-limb': '부위 모델이 사지 방사선 영상으로 인식하지 못함',
};

/** Why a bone age has no standard deviation score. */
export const KOREAN_NO_SCORE: Readonly<Record<NoScoreReason, string>> = {
  'sex-unknown': '환자 성별(남·여)을 알 수 없음',
  'age-unknown': '검사 시 나이를 알 수 없음',
  'age-not-covered': '이 나이의 참고 수치가 없음',
};

/** Why a reader rejected a finding. */
export const KOREAN_READER_REASONS: Readonly<Record<RejectedFindingReason, string>> = {
  'no-fracture': '이곳에 골절 없음',
  'growth-plate': '성장판',
  'normal-variant': '정상 변이 또는 부골',
  'old-fracture': '오래되었거나 치유된 골절',
  overlap: '겹쳐 보이는 구조물',
  artefact: '인공물, 석고붕대 또는 금속물',
  duplicate: '같은 소견이 중복됨',
  'wrong-value': '값이 틀림',
  'other-reason': '기타 사유(의견 참조)',
};

/** Body parts by their Defined Term of Body Part Examined. PS3.16 Annex L. */
const BODY_PART_NAMES: Readonly<Record<string, string>> = {
  ABDOMEN: '복부',
  ACJOINT: '견봉쇄골관절',
  ANKLE: '발목관절',
  ARM: '위팔',
  BREAST: '유방',
  CALCANEUS: '종골',
  CHEST: '가슴',
  CLAVICLE: '쇄골',
  COCCYX: '꼬리뼈',
  CSPINE: '경추',
  ELBOW: '팔꿈치관절',
  FEMUR: '대퇴골',
  FIBULA: '비골',
  FINGER: '손가락',
  FOOT: '발',
  FOREARM: '아래팔',
  HAND: '손',
  HEAD: '머리',
  HIP: '고관절 부위',
  HUMERUS: '상완골',
  JAW: '턱',
  KNEE: '무릎',
  LEG: '종아리',
  LSPINE: '요추',
  NECK: '목',
  PATELLA: '슬개골',
  PELVIS: '골반',
  RIB: '갈비뼈',
  SACRUM: '천골',
  SCAPULA: '견갑골',
  SHOULDER: '어깨',
  SKULL: '두개골',
  SPINE: '척추',
  STERNUM: '흉골',
  THIGH: '넓적다리',
  THUMB: '엄지손가락',
  TOE: '발가락',
  TSPINE: '흉추',
  WRIST: '손목관절',
};

const CONCEPTS: readonly (readonly [Code, string])[] = [
  ...BODY_PARTS.flatMap(({ code, term }): readonly (readonly [Code, string])[] => {
    const name = BODY_PART_NAMES[term];
    return name === undefined ? [] : [[code, name]];
  }),
  [SCT.upperLimb, '상지'],
  [SCT.lowerLimb, '하지'],
  [SCT.hipJoint, '고관절'],
  [SCT.bone, '뼈'],
  [SCT.fractureOfBone, '골절'],
  [OSTEON.wholeHandRegression, '손 전체 회귀 신경망'],
  [OSTEON.handRegionsRegression, '손 부위별 회귀 신경망'],
];

const NAMES = new Map(CONCEPTS.map(([code, name]) => [keyOf(code), name]));

/** The Korean name of a concept; its meaning as the report gives it where none is known. */
export function koreanConcept(code: Code): string {
  return NAMES.get(keyOf(code)) ?? code.meaning;
}

function keyOf({ value, scheme }: Code): string {
  return `${scheme}:${value}`;
}

/** Whole sentences, word for word. */
const SENTENCES = new Map<string, string>([
  ...pairs(REJECTION_REASONS, KOREAN_REJECTIONS),
  ...pairs(NO_SCORE_REASONS, KOREAN_NO_SCORE),
  ...pairs(REJECTED_FINDING_REASONS, KOREAN_READER_REASONS),
  [INTENDED_USE_NOTICE, '연구용. 의료기기가 아닙니다.'],
  [LICENCE_NOTICE, '연구 전용 가중치: 라이선스가 상업적 사용을 금합니다.'],
  [REFERENCE_POPULATION.F, '같은 나이의 여아, 미국 클리블랜드, 1931–1942년'],
  [REFERENCE_POPULATION.M, '같은 나이의 남아, 미국 클리블랜드, 1931–1942년'],
  [
    BONE_AGE_REFERENCE,
    'Greulich WW, Pyle SI. Radiographic Atlas of Skeletal Development of the Hand and Wrist, 2판, 1959: 골연령의 표준편차, Brush Foundation 연구',
  ],
  ['not requested', '요청되지 않음'],
  ['the image is not recognised as a hand', '손 영상으로 인식되지 않음'],
  ['it could not be told whether the image shows one hand', '한 손을 찍은 영상인지 판단할 수 없음'],
  ['no model is configured', '설정된 모델이 없음'],
  ['The study holds no image', '검사에 영상이 없음'],
  ['Internal error', '내부 오류'],
  ['nothing stands out', '손이 배경과 구분되지 않음'],
  ['the outline has fewer than six hollows', '손 윤곽의 골이 여섯 개보다 적음'],
  ['a region that is no polyline was left aside', '다각선이 아닌 영역은 제외함'],
  [
    'a region with coordinates that are no numbers or lie outside the image was left aside',
    '좌표가 숫자가 아니거나 영상 밖인 영역은 제외함',
  ],
  ['a region of fewer than three points was left aside', '점이 세 개보다 적은 영역은 제외함'],
]);

const REGION_NAMES: Readonly<Record<string, string>> = {
  hand: '상지',
  leg: '하지',
  hip: '고관절',
  shoulder: '어깨',
};

/** Sentences with something in them that changes: a number, a name, another sentence. The first that fits counts. */
const PATTERNS: readonly (readonly [RegExp, (first: string, second: string, third: string) => string])[] = [
  [/^the patient is (\d+) years or older$/, (years) => `환자가 ${years}세 이상임`],
  [
    /^not one whole hand from the front \(probability ([\d.]+ %)\)$/,
    (share) => `정면에서 찍은 한 손 전체가 아님(확률 ${share})`,
  ],
  [/^probability of a limb radiograph ([\d.]+ %)$/, (share) => `사지 방사선 영상일 확률 ${share}`],
  [/^([\d.]+ %) of the pixels are coloured$/, (share) => `픽셀의 ${share}가 컬러임`],
  [
    /^98 % of the pixels lie within ([\d.]+ %) of the grey scale$/,
    (share) => `픽셀의 98 %가 회색조의 ${share} 안에 있음`,
  ],
  [/^(\d+×\d+) pixels$/, (size) => `${size} 픽셀`],
  [
    /^expected sides of (\d+) to (\d+) and at most 1:(\d+)$/,
    (least, most, ratio) => `한 변 ${least}–${most} 픽셀, 비율 최대 1:${ratio}이어야 함`,
  ],
  [
    /^not meant for ([\w, ]+)$/,
    (regions) =>
      `대상 부위가 아님: ${regions
        .split(', ')
        .map((region) => REGION_NAMES[region] ?? region)
        .join(', ')}`,
  ],
  [/^regions not found: (.+)$/, (reason) => `손 부위를 찾지 못함: ${koreanSentence(reason)}`],
  [/^([\w-]+) could not be run on its input$/, (model) => `${model} 모델을 실행하지 못함`],
  [/^([\w-]+) is not loaded$/, (model) => `${model} 모델이 준비되지 않음`],
  [
    /^The routing rule “(.*)” says not to analyse this study$/,
    (rule) => `라우팅 규칙 “${rule}”에 따라 분석하지 않음`,
  ],
  [/^Measurement Group (\d+): (.+)$/, (number, what) => `측정 그룹 ${number}: ${koreanSentence(what)}`],
  [/^([\w-]+): (.+)$/, (model, reason) => `${model}: ${koreanSentence(reason)}`],
];

/** A sentence of the server, or several, in Korean; each that is not known stays as it was written. */
export function koreanSentence(text: string): string {
  return (
    koreanOf(text) ??
    text
      .split(/(; |\. )/)
      .map((part) => koreanOf(part) ?? part)
      .join('')
  );
}

function koreanOf(sentence: string): string | undefined {
  const known = SENTENCES.get(sentence);
  if (known !== undefined) return known;
  for (const [pattern, inKorean] of PATTERNS) {
    const [, first = '', second = '', third = ''] = pattern.exec(sentence) ?? [];
    if (first !== '') return inKorean(first, second, third);
  }
  return undefined;
}

function pairs<Key extends string>(
  english: Readonly<Record<Key, string>>,
  korean: Readonly<Record<Key, string>>,
): readonly (readonly [string, string])[] {
  return (Object.keys(english) as Key[]).map((key) => [english[key], korean[key]]);
}
