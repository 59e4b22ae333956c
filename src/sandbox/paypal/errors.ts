/** Errors worded and shaped as the real API does. */
import { randomBytes } from 'node:crypto'
import { VendorError, type Reply, type RequestProblem } from '../lib/service.ts'

/** One thing that is wrong with a call. */
export interface Detail {
  readonly issue: string
  readonly description?: string
  /** A JSON pointer into the body, or the name of a parameter. */
  readonly field?: string
  readonly value?: string
  readonly location?: 'body' | 'path' | 'query' | 'header'
}

/** What an error is called by its status, and what it says. */
const NAMES: Readonly<Record<number, readonly [name: string, message: string]>> = {
  400: ['INVALID_REQUEST', 'Request is not well-formed, syntactically incorrect, or violates schema.'],
  401: [
    'AUTHENTICATION_FAILURE',
    'Authentication failed due to missing authorization header, or invalid authentication credentials.',
  ],
  403: ['NOT_AUTHORIZED', 'Authorization failed due to insufficient permissions.'],
  404: ['RESOURCE_NOT_FOUND', 'The specified resource does not exist.'],
  405: ['METHOD_NOT_SUPPORTED', 'The server does not implement the requested HTTP method.'],
  409: ['RESOURCE_CONFLICT', 'The server has detected a conflict while processing this request.'],
  413: ['REQUEST_ENTITY_TOO_LARGE', 'The request is too large.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', "The server does not support the request payload's media type."],
  422: [
    'UNPROCESSABLE_ENTITY',
    'The requested action could not be performed, semantically incorrect, or failed business validation.',
  ],
  429: ['RATE_LIMIT_REACHED', 'Too many requests. Blocked due to rate limiting.'],
  500: ['INTERNAL_SERVER_ERROR', 'An internal server error occurred.'],
  503: ['SERVICE_UNAVAILABLE', 'Service Unavailable.'],
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  CANNOT_BE_ZERO_OR_NEGATIVE:
    'Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.',
  CAPTURE_FULLY_REFUNDED: 'The capture has already been fully refunded',
  DECIMAL_PRECISION: 'If the currency supports decimals, only two decimal place precision is supported.',
  DECIMALS_NOT_SUPPORTED: 'Currency does not support decimals.',
  DUPLICATE_INVOICE_ID:
    'Duplicate Invoice ID detected. To avoid a potential duplicate transaction your account setting requires that Invoice Id be unique for each transaction.',
  INSTRUMENT_DECLINED:
    "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.",
  INVALID_CURRENCY_CODE:
    'Currency code is invalid or is not currently supported. Please refer https://developer.paypal.com/api/rest/reference/currency-codes/ for list of supported currency codes.',
  INVALID_PARAMETER_SYNTAX: 'The value of a field does not conform to the expected format.',
  INVALID_PARAMETER_VALUE: 'A parameter value is not valid.',
  INVALID_RESOURCE_ID: 'Specified resource ID does not exist. Please check the resource ID and try again.',
  INVALID_STRING_LENGTH: 'The value of a field is either too short or too long',
  INVALID_ARRAY_MIN_ITEMS: 'The number of items in an array parameter is too small.',
  INVALID_ARRAY_MAX_ITEMS: 'The number of items in an array parameter is too large.',
  MALFORMED_REQUEST_JSON: 'The request JSON is not well formed.',
  MAX_VALUE_EXCEEDED: 'Should be less than or equal to 999999999999999.99.',
  MISSING_REQUIRED_PARAMETER: 'A required parameter is missing.',
  NOT_SUPPORTED: 'This field is not currently supported.',
  ORDER_ALREADY_CAPTURED: "Order already captured.If 'intent=CAPTURE' only one capture per order is allowed.",
  ORDER_NOT_APPROVED:
    "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create Order call or provide a valid `payment_source` in the request.",
  PAYPAL_REQUEST_ID_REQUIRED:
    "A PayPal-Request-Id is required if you are trying to process payment for an Order. Please specify a PayPal-Request-Id or Create the Order without a 'payment_source' specified.",
  PENDING_CAPTURE:
    'Cannot initiate a refund as the capture is pending. Capture is typically pending when the payer has funded the transaction using e-check/bank funded.',
  PREVIOUS_REQUEST_IN_PROGRESS:
    'A previous request on this resource is currently in progress. Please wait for sometime and try again. It is best to space out the initial and the subsequent request(s) to avoid receiving this error.',
  REFUND_AMOUNT_EXCEEDED:
    'The refund amount must be less than or equal to the capture amount that has not yet been refunded.',
  REFUND_CAPTURE_CURRENCY_MISMATCH: 'Refund must be in the same currency as the capture',
  REFUND_NOT_ALLOWED: 'Capture cannot be refunded.',
  REFUND_TIME_LIMIT_EXCEEDED: 'You are over the time limit to perform a refund on this capture',
  TRANSACTION_DISPUTED:
    'Partial refunds cannot be offered at this time because there is an open case on this transaction. Visit the PayPal Resolution Center to review this case.',
}

/** An error answer; `more` is added to its body. */
export function errorReply(
  status: number,
  details: readonly Detail[] = [],
  more: Readonly<Record<string, unknown>> = {},
): Reply {
  const usual = status >= 500 ? NAMES[500] : NAMES[400]
  const [name, message] = NAMES[status] ?? usual ?? ['', '']
  const debugId = randomBytes(7).toString('hex').slice(0, 13)
  const links = [
    { href: `https://developer.paypal.com/api/rest/responses/#error-${name}`, rel: 'information_link' },
  ]
  const worded = details.map(one => ({ description: DESCRIPTIONS[one.issue] ?? one.issue, ...one }))
  const body = { name, message, debug_id: debugId, ...(worded.length > 0 ? { details: worded } : {}), links }
  return { status, headers: { 'paypal-debug-id': debugId }, body: { ...body, ...more } }
}

/** What a handler throws for a call that is not well-formed. */
export function invalid(...details: readonly Detail[]): VendorError {
  return new VendorError(errorReply(400, details))
}

/** What a handler throws for a call that cannot be done. */
export function unprocessable(issue: string, field?: string, value?: string): VendorError {
  const at = field === undefined ? {} : ({ field, location: 'body' } as const)
  return new VendorError(errorReply(422, [{ issue, ...at, ...(value === undefined ? {} : { value }) }]))
}

/** What a handler throws where there is no such thing. */
export function notFound(): VendorError {
  return new VendorError(errorReply(404, [{ issue: 'INVALID_RESOURCE_ID' }]))
}

/** An error answer for what happened before a handler was reached. */
export function problemReply(problem: RequestProblem): Reply {
  switch (problem.type) {
    case 'no-route':
      return errorReply(404, [{ issue: 'INVALID_RESOURCE_ID' }])
    case 'wrong-method':
      return errorReply(405)
    case 'too-large':
      return errorReply(413)
    case 'status':
      return errorReply(problem.status)
    default:
      return problem satisfies never
  }
}
