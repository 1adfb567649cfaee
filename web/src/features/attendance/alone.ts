import { change, read } from '~/api/kept'

/** Somebody else is at it: come back later. */
export class Busy extends Error {}

const me = `${Date.now()}-${Math.random()}`
const leaseFor = 45_000 // longer than all requests that one step makes may take

/** alone runs a step while no other tab of this browser runs one of that name. */
export async function alone<T>(name: string, step: () => Promise<T>): Promise<T> {
  // Browsers have locks only where the page came by TLS, or from this machine.
  if (navigator.locks) return navigator.locks.request(name, step) as Promise<T>
  const key = `lease:${name}`
  interface Lease {
    of: string
    until: number
  }
  await change<Lease>(key, (old) =>
    old && old.of !== me && old.until > Date.now() ? old : { of: me, until: Date.now() + leaseFor },
  )
  if ((await read<Lease>(key))?.of !== me) throw new Busy()
  try {
    return await step()
  } finally {
    await change<Lease>(key, () => ({ of: '', until: 0 }))
  }
}
