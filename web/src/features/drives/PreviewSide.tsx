import { memo, type ReactNode } from 'react'
import { Button } from '~/kit/Button'
import { Failed, Skeleton } from '~/kit/States'
import { t } from '~/texts'
import type { Criteria } from './criteria'
import { EligibleDetails, EligibleNow } from './EligiblePreview'
import type { LivePreview } from './usePreview'

const p = t.drives.preview

/** PreviewSide stands beside the form; on the phone its figure stays in sight at the bottom, and the rest is below. */
export const PreviewSide = memo(function PreviewSide({
  live: { preview, isStale, error, refetch },
  criteria,
  onChange,
}: {
  live: LivePreview
  criteria: Criteria
  onChange: (change: Partial<Criteria>) => void
}) {
  if (!preview) {
    return (
      <Side head={<Skeleton lines={1} height="2.75rem" />}>
        {error ? <Failed error={error} onRetry={refetch} /> : <Skeleton lines={8} height="3rem" />}
      </Side>
    )
  }
  return (
    <Side head={<EligibleNow preview={preview} isStale={isStale} />}>
      {!!error && (
        <div className="banner warn row between" role="status">
          <span>{p.failed}</span>
          <Button onPress={refetch}>{t.common.retry}</Button>
        </div>
      )}
      <EligibleDetails preview={preview} criteria={criteria} onChange={onChange} />
    </Side>
  )
})

function Side({ head, children }: { head: ReactNode; children: ReactNode }) {
  return (
    <aside className="drive-side" aria-labelledby="preview">
      <div className="preview-head">
        <div className="row between">
          <h2 id="preview">{p.title}</h2>
          <a className="preview-jump small" href="#preview-details">
            {p.toPreview}
          </a>
        </div>
        {head}
      </div>
      <div className="preview-details stack" id="preview-details">
        {children}
      </div>
    </aside>
  )
}
