import type { NetBoxEndpoint } from "../../../store/Endpoints.ts"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? character)

const columns = ["name", "ip_address", "domain", "port", "token_version", "verify_ssl"] as const

/** The NetBox that the service writes to, for people. */
export const page = (rows: ReadonlyArray<NetBoxEndpoint>): string => {
  const head = columns.map((column) => `<th>${column}</th>`).join("")
  const body = rows
    .map((row) => `<tr>${columns.map((column) => `<td>${escape(String(row[column]))}</td>`).join("")}</tr>`)
    .join("\n")
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Proxledger</title>
<style>body{font-family:sans-serif;margin:2rem}td,th{padding:.3rem .8rem;text-align:left;border-bottom:1px solid #ccc}</style></head>
<body>
<h1>NetBox endpoints</h1>
<table><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table>
<p><a href="/docs">API documentation</a></p>
</body>
</html>
`
}
