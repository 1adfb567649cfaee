import { Button } from '~/kit/Button'
import { Progress } from '~/kit/Progress'
import { t } from '~/texts'
import { megabytes } from './size'

export function Sending({
  name,
  sent,
  onStop,
}: {
  name: string
  sent: { done: number; total: number }
  onStop: () => void
}) {
  const label = t.imports.sending(name)
  return (
    <section className="card stack">
      <div className="row between">
        <h2>{label}</h2>
        <span className="quiet num">{t.imports.sent(megabytes(sent.done), megabytes(sent.total))}</span>
      </div>
      <Progress label={label} done={sent.done} total={sent.total} />
      <div className="actions start">
        <Button onPress={onStop}>{t.imports.stop}</Button>
      </div>
    </section>
  )
}
