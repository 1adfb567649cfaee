import { type ReactNode, useEffect, useRef, useState } from 'react'
import { t } from '~/texts'
import { Button } from './Button'

/**
 * useInSteps draws a long list as far as it is looked at: `drawn` is its beginning, and `end`, which goes below it, draws more
 * when it comes near, or is pressed; null when all is drawn.
 */
export function useInSteps<T>(items: readonly T[], step = 24): { drawn: readonly T[]; end: ReactNode } {
  const [many, draw] = useState(step)
  if (items.length <= many) return { drawn: items, end: null }
  const more = () => draw(many + step)
  return { drawn: items.slice(0, many), end: <End key={many} onMore={more} /> }
}

function End({ onMore }: { onMore: () => void }) {
  const place = useRef<HTMLDivElement>(null)
  const latest = useRef(onMore)
  useEffect(() => {
    latest.current = onMore
  })
  useEffect(() => {
    if (!place.current) return
    const near = ([entry]: IntersectionObserverEntry[]) => entry?.isIntersecting && latest.current()
    const observer = new IntersectionObserver(near, { rootMargin: '50%' })
    observer.observe(place.current)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={place} className="actions start">
      <Button look="plain" onPress={onMore}>
        {t.common.more}
      </Button>
    </div>
  )
}
