import { useDeferredValue, useMemo, useState } from 'react'
import { Badge } from '~/kit/Badge'
import { Button } from '~/kit/Button'
import { Dialog } from '~/kit/Dialog'
import { Select } from '~/kit/Select'
import { TextArea } from '~/kit/TextField'
import { tell } from '~/kit/toasts'
import { t } from '~/texts'
import type { Status } from './marks'
import { type Pasted, readPasted } from './paste'
import { useDay } from './queries'

const text = t.attendance.paste
const statuses = [
  { id: 'PRESENT', text: t.attendance.present },
  { id: 'ABSENT', text: t.attendance.absent },
]

export function Paste({ driveId }: { driveId: number }) {
  const [isOpen, open] = useState(false)
  return (
    <>
      <Button onPress={() => open(true)}>{text.open}</Button>
      <Dialog title={text.title} isOpen={isOpen} onClose={() => open(false)} wide>
        <PasteForm driveId={driveId} onClose={() => open(false)} />
      </Dialog>
    </>
  )
}

function PasteForm({ driveId, onClose }: { driveId: number; onClose: () => void }) {
  const { rows, outbox } = useDay(driveId)
  const [pasted, paste] = useState('')
  const [otherwise, setOtherwise] = useState<Status>('PRESENT')
  const late = useDeferredValue(pasted)
  const read = useMemo(() => readPasted(late, rows, otherwise), [late, rows, otherwise])
  const changes = read.marks.filter(({ student, status }) => student.status !== status)
  const apply = () => {
    const done = text.done(changes.length)
    outbox.mark(changes, done)
    tell(done)
    onClose()
  }
  return (
    <>
      <TextArea label={text.field} hint={text.hint} rows={8} value={pasted} onChange={paste} autoFocus />
      <Select
        label={text.otherwise}
        options={statuses}
        value={otherwise}
        onChange={(id) => setOtherwise(id === 'ABSENT' ? 'ABSENT' : 'PRESENT')}
      />
      <Preview read={read} changes={changes} />
      <div className="actions">
        <Button onPress={onClose}>{t.common.cancel}</Button>
        <Button look="primary" isDisabled={changes.length === 0} onPress={apply}>
          {text.apply(changes.length)}
        </Button>
      </div>
    </>
  )
}

const shown = 12

function Preview({ read, changes }: { read: Pasted; changes: Pasted['marks'] }) {
  const { marks, unknown, unclear } = read
  if (marks.length === 0 && unknown.length === 0) return <div className="paste-preview quiet">{text.nothing}</div>
  const present = changes.filter(({ status }) => status === 'PRESENT').length
  return (
    <div className="paste-preview stack tight" role="status">
      <p className="row">
        <strong>{text.recognised(marks.length)}</strong>
        <Badge tone="good">{text.present(present)}</Badge>
        <Badge tone="bad">{text.absent(changes.length - present)}</Badge>
        {marks.length > changes.length && <Badge>{text.same(marks.length - changes.length)}</Badge>}
      </p>
      {unknown.length > 0 && <Named title={text.unknown(unknown.length)} names={unknown} />}
      {unclear.length > 0 && (
        <Named
          title={text.unclear(unclear.length)}
          names={unclear.map(({ roll_number, name }) => `${roll_number} ${name}`)}
        />
      )}
    </div>
  )
}

function Named({ title, names }: { title: string; names: readonly string[] }) {
  return (
    <div className="paste-named">
      <p>{title}</p>
      <ul className="row">
        {names.slice(0, shown).map((name) => (
          <li key={name} className="mono">
            {name}
          </li>
        ))}
        {names.length > shown && <li>{text.more(names.length - shown)}</li>}
      </ul>
    </div>
  )
}
