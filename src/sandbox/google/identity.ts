/** The application and the person that the stand-in knows. Data only: `services.ts` reads it without starting anything. */

/** The application, of the type "Desktop app". */
export const CLIENT_ID = '000000000000-sandbox.apps.googleusercontent.com'

/** As with the real ones, it is no secret in an application that people install. */
export const CLIENT_SECRET = 'GOCSPX-sandbox0000'

/** A sign-in that was made before; it lets mails be sent and their headers be read, and files of the application be kept. */
export const REFRESH_TOKEN = '1//sandbox-refresh-0000'

/** Who signs in. */
export const ADDRESS = 'ana@sandbox.example'

/** What an application may ask for. */
export const SCOPES = {
  mail: 'https://mail.google.com/',
  send: 'https://www.googleapis.com/auth/gmail.send',
  metadata: 'https://www.googleapis.com/auth/gmail.metadata',
  readMail: 'https://www.googleapis.com/auth/gmail.readonly',
  files: 'https://www.googleapis.com/auth/drive.file',
  drive: 'https://www.googleapis.com/auth/drive',
} as const

/** What the sign-in of {@link REFRESH_TOKEN} lets be done. */
export const GIVEN_SCOPES: readonly string[] = [SCOPES.send, SCOPES.metadata, SCOPES.files]
