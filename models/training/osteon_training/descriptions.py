"""What each shipped model is, in words and codes; the fixed part of its manifest."""
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Tuple

FRACATLAS_CITATION = (
    "Abedeen I, Rahman MA, Prottyasha FZ, Ahmed T, Chowdhury TM, Shatabda S. FracAtlas: A Dataset for Fracture "
    "Classification, Localization and Segmentation of Musculoskeletal Radiographs. Scientific Data 10 (2023). "
    "https://doi.org/10.1038/s41597-023-02432-4")
RSNA_CITATION = (
    "Halabi SS, Prevedello LM, Kalpathy-Cramer J, et al. The RSNA Pediatric Bone Age Machine Learning Challenge. "
    "Radiology 2019; 290(2):498-503. https://doi.org/10.1148/radiol.2018180736 Images: https://www.rsna.org/education/"
    "ai-resources-and-training/ai-image-challenge/RSNA-Pediatric-Bone-Age-Challenge-2017")
RSNA_LICENCE = "RSNA non-commercial"
FRACATLAS = {"name": "FracAtlas", "images": 2711, "licence": "CC BY 4.0", "citation": FRACATLAS_CITATION}
IMAGENET = {"name": "ImageNet-1k (MobileNetV2 backbone, torchvision)", "images": 1281167,
            "licence": "Apache-2.0 (weights)",
            "citation": "Sandler M, et al. MobileNetV2: Inverted Residuals and Linear Bottlenecks. CVPR 2018."}
REGIONS = ["hand", "leg", "hip", "shoulder"]
RESEARCH_ONLY_TEXT = "Research use only. Not a medical device."
FRACTURE_CONCEPT = {"value": "125605004", "scheme": "SCT", "meaning": "Fracture of bone"}
BONE_AGE_CONCEPT = {"value": "85151-9", "scheme": "LN", "meaning": "XR Bone age"}
ONE_HAND_CONCEPT = {"value": "one-hand", "scheme": "99OSTEON", "meaning": "One whole hand"}
MONTH = {"value": "mo", "scheme": "UCUM", "meaning": "month"}
LABEL_CONCEPTS = {
    "hand": {"value": "53120007", "scheme": "SCT", "meaning": "Upper limb"},
    "leg": {"value": "61685007", "scheme": "SCT", "meaning": "Lower limb"},
    "hip": {"value": "24136001", "scheme": "SCT", "meaning": "Hip joint"},
    "shoulder": {"value": "16982005", "scheme": "SCT", "meaning": "Shoulder"},
    "limb": {"value": "limb-radiograph", "scheme": "99OSTEON", "meaning": "Limb radiograph"},
}


@dataclass(frozen=True)
class Description:
    """The fixed part of a manifest."""

    id: str
    task: str
    name: str
    routing: dict
    intended_use: str
    limitations: Tuple[str, ...]
    training_data: Tuple[dict, ...]
    weights_licence: str
    research_only: bool
    version: str = "0.1.0"


BODY_REGION = Description(
    id="body-region", task="body-region", name="Osteon Body Region",
    routing={"regions": [], "requiresRequest": False},
    intended_use="Tells whether an image is a limb radiograph and which region it shows, so that other models run only "
                 "where they belong. " + RESEARCH_ONLY_TEXT,
    limitations=(
        '"hand" means any part of the upper limb and "leg" any part of the lower limb, as in FracAtlas.',
        "Radiographs of chest, skull, spine, belly, teeth and breast were drawn for training; only five real ones (one of a dog) "
        "were at hand. A real one may still pass as a limb.",
        "A film that shows hips or shoulders beside the trunk may count as a limb or not.",
        "Trained on one data set of limbs; other equipment and populations are untested.",
        "Hip and shoulder have few validation images; see n."),
    training_data=(
        FRACATLAS,
        {"name": "DICOM test images that show no limb", "images": 54, "licence": "per file, test data",
         "citation": "pydicom, NEMA WG-04, fo-dicom, cornerstone3D, highdicom and dcmjs test files; five are radiographs."},
        {"name": "Drawn radiographs of other parts, and plain drawn limbs", "images": 1640, "licence": "CC BY 4.0",
         "citation": "trunk_phantoms.py of this repository."},
        IMAGENET),
    weights_licence="CC-BY-4.0", research_only=False, version="0.2.0")

FRACTURE_PROBABILITY = Description(
    id="fracture-probability", task="fracture-probability", name="Osteon Fracture Probability", version="0.3.0",
    routing={"regions": REGIONS, "requiresRequest": False},
    intended_use="Gives the probability that a limb radiograph shows a fracture, to order a reading list in research. "
                 + RESEARCH_ONLY_TEXT,
    limitations=(
        "Children's growth plates are taken for fractures in most hands; see the figures on children's hands.",
        "Nearly every training image with implanted hardware is fractured: hardware alone may raise the probability.",
        "Calibrated on the fracture rate of the validation images, about one in five; another rate needs another calibration.",
        "One image at a time: no second view, no earlier examination.",
        "Not for skull, spine, chest or pelvis outside the hip; not for CT or MR.",
        "Few fractures of hip and shoulder in training and validation."),
    training_data=(FRACATLAS, IMAGENET), weights_licence="CC-BY-4.0", research_only=False)

FRACTURE_DETECTOR = Description(
    id="fracture-detector", task="fracture-detection", name="Osteon Fracture Detector", version="0.3.0",
    routing={"regions": REGIONS, "requiresRequest": False},
    intended_use="Proposes where in a limb radiograph a fracture may be, with a box and an outline, for research. "
                 + RESEARCH_ONLY_TEXT,
    limitations=(
        "Children's growth plates are taken for fractures in most hands; see the figures on children's hands.",
        "Misses fractures; an empty result does not exclude one.",
        "Many boxes lie on the fracture without overlapping it by one half; compare AP30 with AP50.",
        "Less exact on images with implanted hardware.",
        "Not for skull, spine, chest or pelvis outside the hip; not for CT or MR.",
        "Few fractures of hip and shoulder in training and validation."),
    training_data=(FRACATLAS, IMAGENET), weights_licence="CC-BY-4.0", research_only=False)

CHILDREN_HANDS = {"name": "RSNA Pediatric Bone Age Challenge 2017, hands taken as sound", "images": 780,
                  "licence": RSNA_LICENCE, "citation": RSNA_CITATION}
CHILDREN_ROUTING = {"regions": REGIONS, "requiresRequest": False, "onlyWhenNamed": True, "maximumAgeYears": 18}


def _for_children(adult: Description, name: str) -> Description:
    """The variant that has learned what children's growth plates look like."""
    return replace(
        adult, id=f"{adult.id}-children", name=name, routing=CHILDREN_ROUTING,
        limitations=("Children's hands were learned as sound alone: a fracture in such a hand may be missed more often.",
                     *adult.limitations[1:]),
        training_data=(FRACATLAS, CHILDREN_HANDS, IMAGENET), weights_licence=RSNA_LICENCE, research_only=True)


FRACTURE_PROBABILITY_CHILDREN = _for_children(FRACTURE_PROBABILITY, "Osteon Fracture Probability (Children)")
FRACTURE_DETECTOR_CHILDREN = _for_children(FRACTURE_DETECTOR, "Osteon Fracture Detector (Children)")

BONE_AGE = Description(
    id="bone-age", task="bone-age", name="Osteon Bone Age", version="0.3.0",
    routing={"regions": ["hand"], "requiresRequest": True, "maximumAgeYears": 19},
    intended_use="Estimates the bone age (Greulich and Pyle) from one radiograph of a child's hand, for research. "
                 + RESEARCH_ONLY_TEXT,
    limitations=(
        "Trained on children of two hospitals in the United States; other populations may be offset.",
        "One hand, frontal view, whole hand and wrist in the image.",
        "Few hands under four years; see the error by age.",
        "Less accurate without the patient's sex; see the figure.",
        "Not for hands with deformity, dysplasia, cast or hardware."),
    training_data=(
        {"name": "RSNA Pediatric Bone Age Challenge 2017", "images": 12163, "licence": RSNA_LICENCE,
         "citation": RSNA_CITATION}, IMAGENET),
    weights_licence=RSNA_LICENCE, research_only=True)

BONE_AGE_REGIONS = Description(
    id="bone-age-regions", task="bone-age-regions", name="Osteon Bone Age by Regions",
    routing={"regions": ["hand"], "requiresRequest": True, "onlyWhenNamed": True, "maximumAgeYears": 19},
    intended_use="Estimates the bone age (Greulich and Pyle) from four regions of a child's left hand, to compare with an "
                 "earlier system in research. " + RESEARCH_ONLY_TEXT,
    limitations=(
        "Less accurate than the whole-hand model, which is the default.",
        "The regions are not found on one hand in four; the whole-hand model is used there.",
        "A left hand, frontal view, thumb on the right; a right hand is refused.",
        "Trained on children of two hospitals in the United States; other populations may be offset.",
        "Few hands under four years; see the error by age.",
        "Not for hands with deformity, dysplasia, cast or hardware."),
    training_data=(
        {"name": "RSNA Pediatric Bone Age Challenge 2017", "images": 579, "licence": RSNA_LICENCE,
         "citation": RSNA_CITATION}, IMAGENET),
    weights_licence=RSNA_LICENCE, research_only=True)

ONE_HAND = Description(
    id="one-hand", task="one-hand", name="Osteon One Hand",
    routing={"regions": ["hand"], "requiresRequest": True},
    intended_use="Tells whether a radiograph shows one whole hand from the front, so that no bone age is read from two hands, "
                 "a part of a hand or another limb. " + RESEARCH_ONLY_TEXT,
    limitations=(
        "Lateral and oblique views of a hand were not judged: they may pass or be refused.",
        "Two hands on one image were made from single ones for training and validation; few real ones were at hand.",
        "A missing or fused finger, a cast or hardware is not what it looks for."),
    training_data=(
        {"name": "RSNA Pediatric Bone Age Challenge 2017", "images": 780, "licence": RSNA_LICENCE,
         "citation": RSNA_CITATION},
        {**FRACATLAS, "images": 1900}, IMAGENET),
    weights_licence=RSNA_LICENCE, research_only=True)
