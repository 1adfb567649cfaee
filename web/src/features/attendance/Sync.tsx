import { CircleAlert, CircleCheck, CloudUpload } from 'lucide-react'
import { isLasting } from '~/api/kept'
import { Button } from '~/kit/Button'
import { t } from '~/texts'
import { type QueuedMark, students } from './marks'
import type { Day } from './queries'

const text = t.attendance

/** Sync always says what the server does not have yet. Its height stays: marking goes on below. */
export function Sync({ day }: { day: Day }) {
  const { queue, trouble, isSending } = day.state
  const many = students(queue)
  return (
    <div className={many > 0 && trouble ? 'sync warn' : 'sync'}>
      <span role="status">
        {many === 0 ? <CircleCheck size={18} aria-hidden="true" /> : <CloudUpload size={18} aria-hidden="true" />}
        <span>
          {many === 0 ? text.saved : text.unsaved(many)}
          {many > 0 && isSending && !trouble && <span className="quiet"> · {text.saving}</span>}
          {many > 0 && trouble && (
            <span className="sync-why">
              {' '}
              {trouble} {isLasting() ? text.willTry : text.notLasting}
            </span>
          )}
        </span>
      </span>
      {many > 0 && trouble && (
        <Button isPending={isSending} onPress={() => day.outbox.again()}>
          {text.tryNow}
        </Button>
      )}
    </div>
  )
}

/** Told says what became of marks that are not as they were made, until somebody has seen it. */
export function Told({ day }: { day: Day }) {
  const { refused, notes } = day.state
  return (
    <>
      {refused.length > 0 && (
        <div className="banner bad told" role="alert">
          <CircleAlert size={18} aria-hidden="true" />
          <div className="stack tight">
            <strong>{text.refused(refused.length)}</strong>
            <ul>
              {refused.map(({ mark, why }) => (
                <li key={mark.id}>{text.refusedLine(`${mark.roll_number} ${mark.name}`, statusOf(mark), why)}</li>
              ))}
            </ul>
          </div>
          <Button onPress={() => day.outbox.dismissRefused()}>{text.dismiss}</Button>
        </div>
      )}
      {notes.length > 0 && (
        <div className="banner told" role="status">
          <CircleAlert size={18} aria-hidden="true" />
          <ul>
            {notes.map((note) => (
              <li key={note.id}>{note.text}</li>
            ))}
          </ul>
          <Button onPress={() => day.outbox.dismissNotes()}>{text.dismiss}</Button>
        </div>
      )}
    </>
  )
}

const statusOf = ({ status }: QueuedMark) => (status ? text.status[status] : text.unmarked)
