import type { Place } from '../../place.ts';

/** The first lines of a manifest. The object is named after the service, as are the pods (label `app`). */
export function header({
  version,
  kind,
  place,
}: {
  readonly version: string;
  readonly kind: string;
  readonly place: Place;
}): readonly string[] {
  return [
    `apiVersion: ${version}`,
    `kind: ${kind}`,
    'metadata:',
    `  name: ${place.service ?? 'duoport'}-ftp`,
    ...(place.namespace === undefined ? [] : [`  namespace: ${place.namespace}`]),
  ];
}

export function kubectlUndo(file: string): readonly string[] {
  return [`kubectl delete -f ${file}`];
}
