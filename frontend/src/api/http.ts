/** Requests to the server. Whatever goes wrong becomes an error with a sentence and a hint. */
import { connection } from "../connection.svelte";
import { leaveFolder, shown } from "../shown-folder";

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: the server did not answer
    sentence: string,
    readonly hint = "",
    readonly kind = "", // the name of the error's class in the library
  ) {
    super(sentence);
  }
}

const OTHER_FOLDER = new Set(["FolderSwitched", "FolderNotChosen"]); // the server shows another folder than this page, or none
const PROXY_ERRORS = new Set([502, 503, 504]); // from a proxy whose server does not answer

export type Query = Record<string, string | number | boolean | null | undefined>;

/** A path with the query parameters that have a value. */
export function address(path: string, query: Query = {}): string {
  const parameters = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = new URLSearchParams(parameters.map(([name, value]) => [name, String(value)])).toString();
  return search ? `${path}?${search}` : path;
}

/** Send a request; throws an ApiError if it fails. A request that a signal aborts throws the browser's own error. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  const headers = new Headers(init.headers);
  if (shown.collection) headers.set("x-pochade-collection", shown.collection);
  try {
    response = await fetch(path, { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw reportSilence();
  }
  if (PROXY_ERRORS.has(response.status)) throw reportSilence();
  if (response.ok) return response;
  const error = await readError(response);
  if (OTHER_FOLDER.has(error.kind)) return leaveFolder("another page");
  throw error;
}

/** Look whether the server has stopped, and return the error of a request without an answer. */
function reportSilence(): ApiError {
  void connection.check();
  return new ApiError(0, "Pochade did not answer", "try again");
}

async function readError(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error?: string; hint?: string; kind?: string };
    return new ApiError(response.status, body.error ?? response.statusText, body.hint, body.kind);
  } catch {
    return new ApiError(response.status, `the server answered with error ${response.status}`);
  }
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await request(address(path, query), { signal: signal ?? null })).json() as Promise<T>;
}

export async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await request(path, { method, ...encodeBody(body), signal: signal ?? null });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A request body: a form stays a form, everything else becomes JSON. */
export function encodeBody(body: unknown): RequestInit {
  if (body === undefined) return {};
  if (body instanceof FormData) return { body };
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** A form with one file. */
export function fileForm(field: string, file: Blob, fallbackName = "picture"): FormData {
  const form = new FormData();
  form.append(field, file, file instanceof File ? file.name : fallbackName);
  return form;
}
