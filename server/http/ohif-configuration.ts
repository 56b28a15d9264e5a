/**
 * `app-config.js` of the OHIF that is served here: our DICOMweb of the same origin, our extension and mode loaded at run time.
 */

/** Where pages find the extension: one ECMAScript module whose default export is extension and mode in one. */
export const EXTENSION_PATH = '/osteon/ohif-extension.js';

/** The script. Nothing of it depends on the request, since every address is one of the same origin. */
export function ohifConfigurationScript(): string {
  return `window.config = ${JSON.stringify(CONFIGURATION, null, 2)};\n${ON_HTTP_ERROR}`;
}

/** OHIF calls it for each failed request: a session that has ended leads to the sign-in, and back. */
const ON_HTTP_ERROR = `window.config.httpErrorHandler = (error) => {
  if (error.status !== 401) return;
  const place = location.pathname + location.search + location.hash;
  location.assign('/auth/sign-in?return=' + encodeURIComponent(place));
};
`;

const CONFIGURATION = {
  routerBasename: null,
  extensions: [EXTENSION_PATH],
  modes: [EXTENSION_PATH],
  customizationService: {},
  showStudyList: true,
  maxNumberOfWebWorkers: 2,
  // Osteon says of itself, on every image, what it is not; a dialogue on top would only be clicked away.
  investigationalUseDialog: { option: 'never' },
  defaultDataSourceName: 'dicomweb',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'dicomweb',
      configuration: {
        friendlyName: 'Osteon',
        name: 'osteon',
        wadoUriRoot: '/dicom-web',
        qidoRoot: '/dicom-web',
        wadoRoot: '/dicom-web',
        qidoSupportsIncludeField: true,
        imageRendering: 'wadors',
        // The server's own: those that OHIF makes of the pixels show MONOCHROME1 inverted.
        thumbnailRendering: 'thumbnailDirect',
        enableStudyLazyLoad: true,
        supportsFuzzyMatching: true,
        supportsWildcard: true,
        dicomUploadEnabled: true,
        omitQuotationForMultipartRequest: true,
        bulkDataURI: { enabled: true },
      },
    },
  ],
} as const;
