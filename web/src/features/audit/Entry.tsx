import { type ReactNode, useState } from 'react'
import type { AuditBody } from '~/api/schema'
import { Badge, type Tone } from '~/kit/Badge'
import { count, useFormats } from '~/kit/format'
import { t } from '~/texts'
import { Diff } from './Diff'
import { changesOf, longEntryOf } from './queries'

const tones: Record<AuditBody['change'], Tone> = {
  created: 'good',
  changed: 'info',
  deleted: 'bad',
  emptied: 'bad',
  restored: 'warn',
}

/** Entry is what one step did: who, when, to what; how it differs from before is under it. */
export function Entry({ lines }: { lines: AuditBody[] }) {
  const { moment } = useFormats()
  const [first] = lines
  if (!first) return null
  const what = `${t.audit.entities[first.entity]} ${t.audit.changes[first.change]}`
  return (
    <li className="audit-entry" aria-label={t.audit.entry(`${operationOf(first)}, ${whoOf(first)}`)}>
      <div className="row between">
        <div className="row">
          <strong>{operationOf(first)}</strong>
          <Badge tone={tones[first.change]}>{what}</Badge>
          {first.company_name && <span>{first.company_name}</span>}
          {lines.length === 1 && first.user_name && <span>{t.audit.concerning(first.user_name)}</span>}
          {lines.length > 1 && (
            <span className="quiet num">{t.audit.lines(count(lines.length), longEntryOf(lines) !== null)}</span>
          )}
        </div>
        <span className="quiet num audit-when" title={first.request_id && t.audit.request(first.request_id)}>
          {moment(first.at)}
        </span>
      </div>
      <p className="quiet">{whoOf(first)}</p>
      {lines.length === 1 ? <One line={first} /> : <Many lines={lines} />}
    </li>
  )
}

function operationOf({ operation }: AuditBody) {
  return operation ? (t.audit.operations[operation] ?? operation) : t.audit.byHand
}

function whoOf({ actor_name, operation, database_role }: AuditBody) {
  if (actor_name) return actor_name
  return operation ? t.audit.system : t.audit.atDatabase(database_role)
}

/** One shows a short change at once, a long one when it is asked for. */
function One({ line }: { line: AuditBody }) {
  const changes = changesOf(line)
  if (changes.length === 0) return null
  if (line.change === 'changed' && changes.length <= 6) return <Diff line={line} changes={changes} />
  return (
    <Opened summary={t.audit.details}>
      <Diff line={line} changes={changes} />
    </Opened>
  )
}

function Many({ lines }: { lines: AuditBody[] }) {
  return (
    <Opened summary={t.audit.moreLines}>
      <ul className="stack tight">
        {lines.map((line) => (
          <li key={line.line}>
            <span>{line.user_name ?? line.company_name ?? t.audit.entities[line.entity]}</span>
            <Diff line={line} changes={changesOf(line)} />
          </li>
        ))}
      </ul>
    </Opened>
  )
}

/** Opened draws what is inside only when it is open: a publish has a line for each of a thousand students. */
function Opened({ summary, children }: { summary: string; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{summary}</summary>
      {isOpen && children}
    </details>
  )
}
