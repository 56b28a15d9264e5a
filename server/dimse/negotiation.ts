/**
 * The acceptor's side of a negotiation: what is answered to a proposal. Pure. PS3.7 D.3, PS3.8 7.1.1.
 *
 * Of the transfer syntaxes of a storage context the first is taken, since senders put first what they would rather send; a
 * lossy one, though, only where nothing without loss is offered.
 */
import { LOSSY_TRANSFER_SYNTAXES } from '../../dicom/transcode/pixel-description.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { AcceptedContext } from './association-terms.ts';
import type { AnsweredContext, AssociateRequest, ProposedContext, RoleSelection } from './pdu.ts';
import { IDENTIFIER_SYNTAXES, serviceOf, STORED_SYNTAXES, type Service } from './sop-classes.ts';

/** What is answered to the contexts and roles of a request. */
export interface NegotiatedContexts {
  readonly answered: readonly AnsweredContext[];
  readonly accepted: readonly AcceptedContext[];
  readonly roles: readonly RoleSelection[];
}

const ACCEPTANCE = 0;
const ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;
const TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;

/** Services in which the requestor may play the SCP, and we the SCU: C-GET stores at the requestor; its archive reports commitments to us. */
const REVERSIBLE: readonly Service[] = ['storage', 'storage-commitment'];

/** Lossy for sure, or most of the time. */
const LOSSY: ReadonlySet<string> = new Set([
  ...LOSSY_TRANSFER_SYNTAXES,
  TRANSFER_SYNTAX.jpeg2000,
  TRANSFER_SYNTAX.htj2k,
]);

/** Answers each proposed context and role. */
export function negotiateContexts(request: Pick<AssociateRequest, 'contexts' | 'roles'>): NegotiatedContexts {
  const answered: AnsweredContext[] = [];
  const accepted: AcceptedContext[] = [];
  const roles = new Map<string, RoleSelection>();
  for (const context of request.contexts) {
    const service = serviceOf(context.abstractSyntax);
    const role = service && roleFor(context.abstractSyntax, service, request.roles);
    const transferSyntax = service && role && chooseSyntax(context, service, role);
    const result = !service ? ABSTRACT_SYNTAX_NOT_SUPPORTED : TRANSFER_SYNTAXES_NOT_SUPPORTED;
    if (!role || transferSyntax === undefined) {
      answered.push({ id: context.id, result, transferSyntax: context.transferSyntaxes[0] ?? '' });
      continue;
    }
    answered.push({ id: context.id, result: ACCEPTANCE, transferSyntax });
    const { abstractSyntax, id } = context;
    // Roles are told from the requestor's side: ours are the opposite ones.
    accepted.push({ id, abstractSyntax, transferSyntax, isScu: role.isScp, isScp: role.isScu });
    if (role.isAsked)
      roles.set(abstractSyntax, { sopClassUid: abstractSyntax, isScu: role.isScu, isScp: role.isScp });
  }
  return { answered, accepted, roles: [...roles.values()] };
}

interface RequestorRole {
  readonly isScu: boolean;
  readonly isScp: boolean;
  readonly isAsked: boolean;
}

function roleFor(abstractSyntax: string, service: Service, roles: readonly RoleSelection[]): RequestorRole {
  const asked = roles.find(({ sopClassUid }) => sopClassUid === abstractSyntax);
  if (!asked) return { isScu: true, isScp: false, isAsked: false };
  return { isScu: asked.isScu, isScp: asked.isScp && REVERSIBLE.includes(service), isAsked: true };
}

function chooseSyntax(
  { transferSyntaxes }: ProposedContext,
  service: Service,
  { isScu }: RequestorRole,
): string | undefined {
  // What we send to the requestor is made into what every reader has.
  if (service !== 'storage') return IDENTIFIER_SYNTAXES.find((uid) => transferSyntaxes.includes(uid));
  const known = transferSyntaxes.filter((uid) => STORED_SYNTAXES.has(uid));
  if (!isScu) return IDENTIFIER_SYNTAXES.find((uid) => known.includes(uid)) ?? known[0];
  const lossless = known.filter((uid) => !LOSSY.has(uid));
  const [first] = lossless.length > 0 ? lossless : known;
  const isPlain =
    first === TRANSFER_SYNTAX.implicitVrLittleEndian || first === TRANSFER_SYNTAX.explicitVrBigEndian;
  const { explicitVrLittleEndian } = TRANSFER_SYNTAX;
  return isPlain && known.includes(explicitVrLittleEndian) ? explicitVrLittleEndian : first;
}
