import type { Upload } from '~/api/uploads'
import { t } from '~/texts'
import { Button } from './Button'
import { Progress } from './Progress'
import { megabytes } from './size'

/** Sending shows how much of a file has gone, and lets stop it. */
export function Sending({ upload: { name, done, total, stop } }: { upload: Upload }) {
  const label = t.common.sending(name)
  return (
    <section className="card stack" aria-label={label}>
      <div className="row between">
        <h2>{label}</h2>
        <span className="quiet num">{t.common.sent(megabytes(done), megabytes(total))}</span>
      </div>
      <Progress label={label} done={done} total={total} />
      <div className="row between">
        <span className="quiet">{t.common.sendingLeave}</span>
        <Button onPress={stop}>{t.common.stop}</Button>
      </div>
    </section>
  )
}
