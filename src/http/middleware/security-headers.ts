import type { Middleware } from './guard-request.ts';

/** One constant set on every answer, errors included. */
export function securityHeaders(settings: {
  readonly baseUrl: string;
  /** Where a form's answer may lead beside ourselves: AWS's sign-in and console, for the console button. */
  readonly formTargets: readonly string[];
}): Middleware {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    ['form-action', "'self'", ...settings.formTargets].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    // No script of ours makes markup out of text; where browsers can hold us to that, they do.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const headers: readonly (readonly [string, string])[] = [
    ['Content-Security-Policy', policy],
    ['X-Content-Type-Options', 'nosniff'],
    ['X-Frame-Options', 'DENY'],
    ['Referrer-Policy', 'no-referrer'],
    ['Cross-Origin-Opener-Policy', 'same-origin'],
    ['Cross-Origin-Resource-Policy', 'same-origin'],
    ['Permissions-Policy', 'camera=(), geolocation=(), microphone=()'],
    ...(settings.baseUrl.startsWith('https:')
      ? [['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'] as const]
      : []),
  ];
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    response.setHeader('Cache-Control', 'no-store');
    next();
  };
}
