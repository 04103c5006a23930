# SPDX-License-Identifier: Apache-2.0
"""Hosts that pass a reader on, as data: they say nothing of who sends.

From the services' own public documentation. Registered domains, or hosts where the domain also
serves other things. May not be used to excuse or accuse a mail; only to weigh a link's reasons.
"""

# Security gateways that rewrite each link of incoming mail; the target stands in the URL.
GATEWAYS = frozenset(
    "outlook.com urldefense.com proofpoint.com mimecastprotect.com cudasvc.com "
    "fireeye.com trendmicro.com sophos.com".split()
)

# Bulk-mail services that count clicks on a domain of their own.
CLICK_COUNTERS = frozenset(
    "sendgrid.net list-manage.com mailchimp.com mandrillapp.com mailgun.org mailgun.net "
    "sparkpostmail.com awstrack.me rs6.net constantcontact.com exacttarget.com exct.net "
    "klclick.com klclick1.com klclick2.com klclick3.com hubspotlinks.com "
    "hs-sales-engage.com hubspotemail.net sendibt2.com sendibt3.com sendibm1.com "
    "sendinblue.com brevo.com mailjet.com mjt.lu createsend1.com createsend.com "
    "cmail19.com cmail20.com activehosted.com acemlnb.com mkt-links.com mktoweb.com "
    "eloqua.com en25.com getresponse.com aweber.com infusionsoft.com keap-link001.com "
    "customeriomail.com braze.com iterable.com postmarkapp.com pstmrk.it emltrk.com "
    "salesforce.com pardot.com icontact.com mailerlite.com mlsend.com substack.com "
    "beehiiv.com benchmarkemail.com bmetrack.com campaign-archive.com vresp.com "
    "responsys.net omnitagjs.com cheetahmail.com stibee.com directsend.co.kr e-goi.com "
    "rdstation.com emv2.com emv3.com".split()
)

# Anyone may make a short name there.
SHORTENERS = frozenset(
    "bit.ly tinyurl.com goo.gl t.co ow.ly is.gd v.gd buff.ly rebrand.ly cutt.ly shorturl.at "
    "rb.gy t.ly tiny.cc bl.ink lnkd.in s.id soo.gd shorte.st adf.ly qrco.de me2.do han.gl "
    "bitly.com bit.do u.to clck.ru vk.cc urlz.fr zpr.io short.gy tny.im x.gd t2m.io "
    "encurtador.com.br l.ead.me dub.sh n9.cl acortar.link g00.gs shrtco.de surl.li "
    "linktr.ee urls.fr 2no.co grabify.link iplogger.org".split()
)
