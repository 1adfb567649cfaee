import { Component, type ReactNode } from 'react'
import { isServerThere, Updated } from '~/api/build'
import { ApiError } from '~/api/problem'
import { unsavedTexts } from '~/api/unsaved'
import { Button } from '~/kit/Button'
import { Blank, Failed } from '~/kit/States'
import { t } from '~/texts'

/** Unbroken shows a way out when a screen throws or cannot be loaded, instead of nothing. `where`: another place is another try. */
export class Unbroken extends Component<
  { where?: string; children: ReactNode },
  { error: unknown; isBroken: boolean }
> {
  state = { error: null, isBroken: false }

  static getDerivedStateFromError(error: unknown) {
    return { error, isBroken: true }
  }

  componentDidUpdate(before: { where?: string }) {
    if (this.state.isBroken && before.where !== this.props.where) this.setState({ error: null, isBroken: false })
  }

  render() {
    return this.state.isBroken ? <WayOut error={this.state.error} /> : this.props.children
  }
}

const reload = <Button onPress={() => location.reload()}>{t.common.reload}</Button>

function WayOut({ error }: { error: unknown }) {
  if (error instanceof ApiError)
    return <Failed error={error} onRetry={async () => (await isServerThere()) && location.reload()} />
  if (!(error instanceof Updated)) {
    return (
      <Blank title={t.common.crashedTitle} action={reload}>
        {t.common.crashedText}
      </Blank>
    )
  }
  return (
    <Blank title={t.common.updatedTitle} action={reload}>
      {[error.message, ...unsavedTexts()].join(' ')}
    </Blank>
  )
}
