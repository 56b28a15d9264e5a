/** PixelMed's template validator over many reports in one Java process: reading its templates takes longer than a report. */
class PixelMedValidator {
  public static void main(String[] paths) throws Exception {
    var validator = new com.pixelmed.validate.DicomSRValidator();
    for (String path : paths) {
      System.out.println(validator.validate(path));
    }
  }
}
