import { CircleAlert, CircleCheck, CloudUpload } from 'lucide-react'
import { isLasting } from '~/api/kept'
import { Button } from '~/kit/Button'
import { t } from '~/texts'
import { type QueuedMark, students } from './marks'
import type { Refused } from './outbox'
import type { Day } from './queries'

const text = t.attendance

/** Sync always says what the server does not have yet. Its height stays, whatever happens: marking goes on below. */
export function Sync({ day }: { day: Day }) {
  const { queue, trouble, isSending } = day.state
  const many = students(queue)
  const isStuck = many > 0 && trouble !== null
  const Icon = many === 0 ? CircleCheck : CloudUpload
  return (
    <div className={isStuck ? 'sync warn' : 'sync'}>
      <Icon size={20} aria-hidden="true" />
      <p role="status">
        <strong>{many === 0 ? text.saved : text.unsaved(many)}</strong>
        <span className="sync-detail">{many === 0 ? text.savedDetail : detail(trouble)}</span>
      </p>
      {isStuck && (
        <Button isPending={isSending} onPress={() => day.outbox.again()}>
          {text.tryNow}
        </Button>
      )}
    </div>
  )
}

function detail(trouble: string | null): string {
  if (trouble === null) return text.saving
  return `${trouble} ${isLasting() ? text.willTry : text.notLasting}`
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
            {[...byReason(refused)].map(([why, marks]) => (
              <div key={why}>
                <p>{why}</p>
                <ul>
                  {marks.map((mark) => (
                    <li key={mark.id}>{text.refusedLine(`${mark.roll_number} ${mark.name}`, statusOf(mark))}</li>
                  ))}
                </ul>
              </div>
            ))}
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

function byReason(refused: readonly Refused[]): Map<string, QueuedMark[]> {
  const groups = new Map<string, QueuedMark[]>()
  for (const { mark, why } of refused) groups.set(why, [...(groups.get(why) ?? []), mark])
  return groups
}
