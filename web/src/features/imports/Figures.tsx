import { CircleAlert, CircleCheck } from 'lucide-react'
import { count } from '~/kit/format'
import { t } from '~/texts'
import type { ImportResult } from './queries'

/** Figures say how it went, in a sentence and in numbers. */
export function Figures({ result }: { result: ImportResult }) {
  const { title, text } = wordsOf(result)
  const { figures } = t.imports
  return (
    <section className="card stack" aria-live="polite">
      <div className={result.ok ? 'verdict good' : 'verdict bad'}>
        {result.ok ? <CircleCheck size={22} aria-hidden="true" /> : <CircleAlert size={22} aria-hidden="true" />}
        <div>
          <h2>{title}</h2>
          <p className="quiet">{text}</p>
        </div>
      </div>
      <dl className="figures">
        <Figure name={figures.rows} value={result.rows} />
        {result.ok ? (
          <>
            <Figure name={figures.created} value={result.created} />
            <Figure name={figures.updated} value={result.updated} />
            <Figure name={figures.unchanged} value={result.unchanged} />
          </>
        ) : (
          <Figure name={figures.errors} value={result.error_count} />
        )}
      </dl>
    </section>
  )
}

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="num">{count(value)}</dd>
    </div>
  )
}

function wordsOf({ ok, dry_run, rows, created, updated, error_count }: ImportResult) {
  const words = dry_run ? t.imports.checked : t.imports.imported
  if (!ok) return { title: words.bad(t.imports.faults(error_count, count(error_count))), text: words.badText }
  if (dry_run && created + updated === 0) return { title: words.good, text: t.imports.checked.nothing }
  return { title: words.good, text: words.goodText(count(rows)) }
}
