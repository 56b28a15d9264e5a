/**
 * The settings of who may come in, and how: rows of the table in `settings.ts`.
 */

const A_PATH = 'a path';

/** Settings of authentication, TLS and proxies, in the order they are shown. */
export const ACCESS_SETTINGS = {
  OSTEON_AUTHENTICATION: {
    default: 'off',
    meaning:
      'Whether requests must say who makes them (docs/security.md). off lets this machine alone in, so it needs a loopback OSTEON_HOST.',
    expected: 'off or required',
  },
  OSTEON_TLS_CERTIFICATE: {
    default: '',
    meaning: 'PEM file with the certificate, and those between it and the authority. Unset: plain HTTP.',
    expected: A_PATH,
  },
  OSTEON_TLS_KEY: { default: '', meaning: 'PEM file with the key of the certificate.', expected: A_PATH },
  OSTEON_TRUSTED_PROXIES: {
    default: '',
    meaning:
      'Addresses of proxies whose Forwarded (RFC 7239) or X-Forwarded headers are believed, separated by commas.',
    expected: 'IP addresses and subnets such as 10.0.0.0/8, separated by commas',
  },
  OSTEON_PUBLIC_URL: {
    default: '',
    meaning: 'Address at which browsers reach the reading room. Unset: what their requests say.',
    expected: 'an origin such as https://osteon.example',
  },
  OSTEON_OHIF_PUBLIC_URL: {
    default: '',
    meaning:
      'Address at which browsers reach OHIF. Unset: the host of the reading room with OSTEON_OHIF_PORT.',
    expected: 'an origin such as https://ohif.example',
  },
  OSTEON_OIDC_ISSUER: {
    default: '',
    meaning: 'OpenID Connect provider at which people sign in, and whose access tokens are taken.',
    expected: 'an https URL (http on a loopback address)',
  },
  OSTEON_OIDC_CLIENT_ID: {
    default: '',
    meaning: 'Client id of Osteon at the provider.',
    expected: 'a text',
  },
  OSTEON_OIDC_CLIENT_SECRET: {
    default: '',
    meaning: 'Client secret of Osteon at the provider. Unset: a public client, by PKCE alone.',
    expected: 'a text',
  },
  OSTEON_OIDC_CLIENT_SECRET_FILE: {
    default: '',
    meaning: 'File that holds the client secret, instead of the variable.',
    expected: A_PATH,
  },
  OSTEON_OIDC_SCOPE: {
    default: 'openid profile',
    meaning: 'Scopes asked for at sign-in.',
    expected: 'openid and other scopes separated by spaces',
  },
  OSTEON_OIDC_ROLES_CLAIM: {
    default: 'roles',
    meaning:
      'Claim of the ID token and of access tokens that holds roles or groups; a dot leads into an object.',
    expected: 'a claim name such as roles or realm_access.roles',
  },
  OSTEON_OIDC_ROLES: {
    default: '',
    meaning:
      'What values of the claim mean, e.g. bone-readers=radiologist,it=pacs-admin. Unset: they are the names of roles.',
    expected: 'entries value=role separated by commas, role one of radiologist, pacs-admin, qa, service',
  },
  OSTEON_JWT_AUDIENCE: {
    default: '',
    meaning: 'Audience of the access tokens (JWT) of the provider that services send. Unset: none is taken.',
    expected: 'a text other than OSTEON_OIDC_CLIENT_ID',
  },
  OSTEON_SESSION_MINUTES: {
    default: '480',
    meaning:
      'Minutes after which a person must sign in again; after a quarter of that without a request, too.',
    expected: 'a whole number from 4 to 10080',
  },
  OSTEON_ACCESS_RULES: {
    default: '',
    meaning: 'JSON file that says who sees which studies (docs/security.md). Unset: all of them.',
    expected: A_PATH,
  },
  OSTEON_UPLOAD_GB_PER_DAY: {
    default: '0',
    meaning:
      'Most gigabytes (1 GB = 1,000,000,000 bytes) that one person or key may send in a day; 0 sets no limit.',
    expected: 'a whole number from 0 to 1000000',
  },
} as const;
