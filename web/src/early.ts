/**
 * early asks the server for what the first page shows while the browser still loads the console's code. It stands in a file of
 * its own, which comes first and imports nothing. A page that asks for the same gets the answer that is on its way.
 */
const underway = new Map<string, { answer: Promise<Response>; at: number }>()

/** What a student's first page shows. Everybody else's begins with more than could be guessed here. */
const ofStudents = ['/api/eligibility/mine', '/api/registrations/mine']

function ask(address: string): Promise<Response> {
  const answer = fetch(address, { credentials: 'same-origin' })
  // Who takes the answer hears of a failure, too.
  answer.catch(() => {})
  underway.set(address, { answer, at: Date.now() })
  return answer
}

async function begin() {
  const session = await ask('/api/auth/session')
  if (!session.ok || !/^\/app\/(open)?$/.test(location.pathname)) return
  const { user } = await session.clone().json()
  if (user.role === 'STUDENT' && !user.must_change_password) for (const address of ofStudents) ask(address)
}

begin().catch(() => {})

/** takeEarly gives an answer that was asked for early, once, and not when it has become old. */
export function takeEarly(address: string): Promise<Response> | undefined {
  const found = underway.get(address)
  underway.delete(address)
  return found && Date.now() - found.at < 10_000 ? found.answer : undefined
}
