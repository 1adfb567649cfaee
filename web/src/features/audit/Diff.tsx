import type { AuditBody } from '~/api/schema'
import { useFormats } from '~/kit/format'
import { t } from '~/texts'
import type { FieldChange } from './queries'

/** Diff is the fields of a change, before and after; of something new or gone there is one side only. */
export function Diff({ line, changes }: { line: AuditBody; changes: FieldChange[] }) {
  if (changes.length === 0) return null
  const sides = (['before', 'after'] as const).filter((side) => line[side])
  return (
    <table className="plain-table diff">
      <thead>
        <tr>
          <th scope="col">{t.audit.field}</th>
          {sides.map((side) => (
            <th key={side} scope="col">
              {t.audit[side]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.field}>
            <th scope="row" className="mono">
              {change.field}
            </th>
            {sides.map((side) => (
              <td key={side} className={sides.length === 2 ? side : undefined}>
                <Value value={change[side]} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const isMoment = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)

function Value({ value }: { value: unknown }) {
  const { moment } = useFormats()
  if (value === null || value === '') return <span className="quiet">{t.audit.nothing}</span>
  if (typeof value === 'boolean') return value ? t.audit.yes : t.audit.no
  if (isMoment(value)) return <time dateTime={value}>{moment(value)}</time>
  if (Array.isArray(value)) return value.join(', ')
  if (typeof value === 'object') return <code>{JSON.stringify(value)}</code>
  return String(value)
}
