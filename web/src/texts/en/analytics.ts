export const analytics = { title: 'Analytics' } as const
