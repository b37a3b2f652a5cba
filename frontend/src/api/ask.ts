/** One question to the server; whatever goes wrong comes back as a sentence and a hint. */

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: nothing answered
    sentence: string,
    readonly hint = "",
  ) {
    super(sentence);
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>;

/** An address with those parts of a query that are set. */
export function address(path: string, query: Query = {}): string {
  const set = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const words = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
  return words ? `${path}?${words}` : path;
}

/** The answer, or an ApiError. Aborted by a signal, the error is the browser's own. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "the server does not answer", "is 'pochade open' still running?");
  }
  if (!answer.ok) throw await problem(answer);
  return answer;
}

async function problem(answer: Response): Promise<ApiError> {
  try {
    const told = (await answer.json()) as { error?: string; hint?: string };
    return new ApiError(answer.status, told.error ?? answer.statusText, told.hint ?? "");
  } catch {
    return new ApiError(answer.status, `the server answered ${answer.status}`);
  }
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await ask(address(path, query), { signal: signal ?? null })).json() as Promise<T>;
}

export async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const answer = await ask(path, { method, ...content(body), signal: signal ?? null });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** A body as it travels: a form as it is, everything else as JSON. */
export function content(body: unknown): RequestInit {
  if (body === undefined) return {};
  if (body instanceof FormData) return { body };
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** A form with one file. */
export function form(name: string, file: Blob, called = "picture"): FormData {
  const filled = new FormData();
  filled.append(name, file, file instanceof File ? file.name : called);
  return filled;
}
