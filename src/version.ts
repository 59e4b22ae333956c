/**
 * What `--version` prints. The JSON form also tells the schema the program writes, and the SQLite it runs on,
 * for which the driver is loaded but no file opened.
 */
export async function versionText(
  program: { readonly version: string; readonly commit: string },
  nodeVersion: string,
  json: boolean,
): Promise<string> {
  if (!json) return `${program.version} (${program.commit})\n`
  const [{ newestSchema }, { sqliteVersion }] = await Promise.all([
    import('./store/migrate.ts'),
    import('./store/engine.ts'),
  ])
  const { version, commit } = program
  const facts = { version, commit, schemaVersion: newestSchema(), node: nodeVersion, sqlite: sqliteVersion() }
  return `${JSON.stringify({ schema: 'echopilot.version/1', ...facts }, null, 2)}\n`
}
