/** The merchant and the credentials that the stand-in knows. Data only: `services.ts` reads it without starting anything. */

/** The one app: the user name of the token endpoint. */
export const CLIENT_ID = 'AsandboxClient0000'

/** Its password. */
export const CLIENT_SECRET = 'EsandboxSecret0000'

/** The account that is paid. */
export const MERCHANT_ID = 'SANDB2XMERCHT'

/** The id of the first webhook endpoint that is named by hand; a part of what is signed. */
export const WEBHOOK_ID = '5SANDB0XWEBH00K01'

/** Where PayPal's sandbox says its certificates are; the same path of this stand-in has them. */
export const CERTIFICATE_ADDRESS = 'https://api.sandbox.paypal.com/v1/notifications/certs/'
