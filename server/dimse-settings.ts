/**
 * The settings of DIMSE: rows of the table in `settings.ts`.
 */

const PORT_OR_OFF = 'a whole number from 0 to 65535, or off';
const A_PATH = 'a path';

/** Settings of the DICOM network, in the order they are shown. */
export const DIMSE_SETTINGS = {
  OSTEON_DIMSE_HOST: {
    default: '127.0.0.1',
    meaning:
      'Address to listen on for DICOM associations (docs/dimse.md). Any but a loopback address demands OSTEON_DIMSE_PEERS.',
    expected: 'an IP address or localhost',
  },
  OSTEON_DIMSE_PORT: {
    default: '11112',
    meaning: 'TCP port for DICOM associations; 0 takes any free one, off listens on none.',
    expected: PORT_OR_OFF,
  },
  OSTEON_AE_TITLE: {
    default: 'OSTEON',
    meaning: 'Our application entity title.',
    expected: 'an AE title of 1 to 16 characters',
  },
  OSTEON_DIMSE_PEERS: {
    default: '',
    meaning:
      'Who may call, from where, and where it listens itself: AE@HOST, AE@HOST:PORT, AE@HOST:PORT+tls or AE@10.1.0.0/16, separated by commas; * is any AE title. Unset: whoever reaches the port.',
    expected: 'entries such as CT1@10.1.0.7 or PACS@pacs.example:104, separated by commas',
  },
  OSTEON_DIMSE_TLS_PORT: {
    default: 'off',
    meaning: 'TCP port for DICOM associations by TLS (2762 is the registered one); off listens on none.',
    expected: PORT_OR_OFF,
  },
  OSTEON_DIMSE_TLS_CERTIFICATE: {
    default: '',
    meaning: 'PEM file with our certificate, which callers and those that we call are shown.',
    expected: A_PATH,
  },
  OSTEON_DIMSE_TLS_KEY: {
    default: '',
    meaning: 'PEM file with the key of this certificate.',
    expected: A_PATH,
  },
  OSTEON_DIMSE_TLS_CA: {
    default: '',
    meaning:
      'PEM file with the authorities that the certificates of others must come from. Unset: callers need none, and those that we call one of a public authority.',
    expected: A_PATH,
  },
  OSTEON_DIMSE_ASSOCIATIONS: {
    default: '50',
    meaning: 'Most associations at once; further ones are rejected for the moment.',
    expected: 'a whole number from 1 to 1000',
  },
  OSTEON_DIMSE_IDLE_SECONDS: {
    default: '300',
    meaning: 'Seconds without a message after which an association is aborted.',
    expected: 'a whole number from 5 to 86400',
  },
} as const;
