import { Component, type ReactNode, Suspense } from 'react'
import { messageOf } from '~/api/problem'
import { t } from '~/texts'
import { tell } from './toasts'

/** Part is what its page can do without: when it cannot be loaded, that is said, and the page goes on. */
export function Part({ fallback, children }: { fallback?: ReactNode; children: ReactNode }) {
  return (
    <Whole isInPlace={!!fallback}>
      <Suspense fallback={fallback}>{children}</Suspense>
    </Whole>
  )
}

class Whole extends Component<{ isInPlace: boolean; children: ReactNode }, { isMissing: boolean }> {
  state = { isMissing: false }

  static getDerivedStateFromError() {
    return { isMissing: true }
  }

  componentDidCatch(error: unknown) {
    if (!this.props.isInPlace) tell(messageOf(error), 'bad')
  }

  render() {
    if (!this.state.isMissing) return this.props.children
    return this.props.isInPlace ? <p className="quiet">{t.common.partMissing}</p> : null
  }
}
