/**
 * Small words that hardly a sentence goes without, by language. No word stands in two lists: one that several
 * languages use goes to where it is most frequent or is left out, so that each hit speaks for one language.
 */
export const FUNCTION_WORDS = {
  en: 'the and of to is that it for with are was this be by from or have not but you we they which their will has your our can these its more than been there what when would into',
  de: 'der die und das ist nicht mit dem den ein eine einer einen zu auf für von sie sich im auch wird bei nach aus oder werden sind wie zum zur ihre ihr wir es dass durch über hat kann noch nur unsere einem',
  fr: 'les des et est une dans pour qui avec ce pas vous nous plus sont cette leur aux être ont ses votre notre cela peut ces elle ils même aussi entre chaque deux',
  es: 'el los las y del más muy pero también cuando hay fue hasta según donde sus puede nuestro nuestra usted esta este porque cada desde lo al son otros todo años sobre',
  it: 'il che di è per della gli non sono nel alla anche dei delle questo questa dal nella degli ai più le si ed loro sul essere dell una ogni hanno cui molto',
  nl: 'het een van niet zijn voor wordt ook aan op te dat naar uit om maar hebben deze worden kan bij meer onze ze heeft wij over door tot zich nog wat',
  pt: 'o os em não com dos ao também foi pelo pela um seu sua isso é uma nos no são às muito você nossa nosso até quando já ela eles pode para',
  pl: 'w nie na się z że jest jak dla od są przez oraz lub który która które ale tym przy po tego być tylko ich może także jego już będzie można czy',
  ru: 'и что это как из или также его был быть которые чтобы если только они уже ещё еще все вы мы который для при может так она было их от не по на в с',
} as const satisfies Record<string, string>

/** Characters of the same kind in Chinese: particles and pronouns, most of them unknown to Japanese. */
export const CHINESE_PARTICLES = '的了是在我们这和不也就有会对与为您'
