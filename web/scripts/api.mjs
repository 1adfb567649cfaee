// Writes src/api/schema.d.ts from openapi.json, which `make console` takes from the program itself. The server ignores
// unknown fields; here a field that it does not know is a mistake, so that is left out of the types.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { astToString } from 'openapi-typescript'

const description = JSON.parse(readFileSync(new URL('../openapi.json', import.meta.url), 'utf8'), (key, value) =>
  key === 'additionalProperties' && value === true ? undefined : value,
)
const types = await openapiTS(description, { rootTypes: true, rootTypesNoSchemaPrefix: true })
writeFileSync(new URL('../src/api/schema.d.ts', import.meta.url), astToString(types))
