"""What people of the four languages end a conversation with, besides what the bot has an answer for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.model import Language

UNSURE: Final = re.compile(
    r":(?:-1|thumbsdown|x|negative_squared_cross_mark|no_entry(?:_sign)?|(?:wo)?man-gesturing-no|no_good|sos|warning"
    r"|(?:grey_)?(?:question|exclamation)|thinking(?:_face)?|face_with_(?:rolling_eyes|raised_eyebrow|monocle|symbols_"
    r"on_mouth)|confused|disappointed(?:_relieved)?|worried|cry|sob|rage|angry|unamused|neutral_face|expressionless"
    r"|weary|tired_face|(?:slightly_|white_)?frowning(?:_face)?|(?:wo)?man-(?:facepalming|shrugging)|face_palm|shrug"
    r"|hourglass(?:_flowing_sand)?|rotating_light|bug|eyes):"
    r"|[:;=]'?-?[(/|]"
    r"|[👎❌❎⛔🚫🙅🆘⚠❓❔❗❕🤔🙄🤨🧐🤬😕😞😥😟😢😭😡😠😒😐😑😩😫🙁☹🤦🤷⌛⏳🚨🐛👀]"
)
"""Emoji that say no, or wonder, or wait."""

ANSWERS: Final = frozenset({"no", "right", "done", "salut", "nein", "gut", "jep", "jees", "hyva", "hoidossa", "bot"})
"""Parts of phrasings that, on their own, answer a question or begin a conversation, or say nothing."""

ENDING: Final[Mapping[Language, str]] = {
    "en": """
        thank u, thanks all, thank you all, thankyou, thnx, thanx, thks, tks, thnks, ta muchly, much obliged
        appreciate your help, i appreciate your help, appreciate the help, we appreciate it, we appreciate your help
        fab, good stuff, much clearer, clearer, that s clearer, that s much clearer, it s much clearer
        it s all working, all working, everything works, everything is working, everything s working
        everything is fine, you can close the ticket, you can close the request, the ticket can be closed
        appreciated, appreciate that, i really appreciate it, really appreciate it, really appreciated, perfecto
        excellent, great help, great news, good news, great stuff, great work, good job, nice work, very good
        very nice, very clear, crystal clear, that s clear, that s great, that s perfect, that s good to know
        good to know, works, it works, that works, works now, that worked, it worked, worked, works fine
        works perfectly, works like a charm, working now, it s working, it s working now, it works again
        that fixed it, that solved it, that helped me, that helped us, it helped, that helps, solved, all solved
        it s solved, fixed, it s fixed, resolved, it s resolved, problem resolved, issue resolved, issue solved
        sorted, all sorted, it s sorted, all set, we re all set, i m all set, all good, we re good, all fine, all ok
        all okay, all done, settled, that s exactly what i needed, exactly what i needed, just what i needed
        that s what i needed, that s exactly what we needed, exactly what we needed, that s all i needed
        that s all we needed, that s all i needed to know, that s what i was looking for
        exactly what i was looking for, that was it, that s it, that did it, that is all, that s everything
        that will be all, that answers my question, that answers it, that answers everything, no more questions
        no further questions, no other questions, i have no more questions, i have no further questions
        nothing more from me, nothing else from me, no longer needed, not needed any more
        not needed anymore, no thanks, no thank you, no worries, no problem, you re welcome, my pleasure, you too
        likewise, kind regards, best regards, best wishes, regards, br, bye, bye for now, see you soon
        see you next week, see you around, see ya, talk soon, talk to you soon, speak soon, ttyl, message received
        received, copy that, makes sense, i understand, now i understand, you can close this, you can close it
        this can be closed, you re the best, you rock, you re awesome""",
    "fr": """
        merki, mercii, mrci, grand merci, tres grand merci, mille merci, merci d avoir pris le temps, cool, genial
        tres cool, super cool, impec, top, au top, tip top, extra, magnifique, merveilleux, formidable, fantastique
        super nouvelle, bonne nouvelle, c est super, c est genial, c est tres gentil, c est super gentil
        c est vraiment gentil, vous pouvez fermer le ticket, vous pouvez cloturer le ticket
        vous pouvez cloturer la demande, on peut cloturer le ticket, tres gentil, c est tres clair, tres clair
        c est clair, c est plus clair, c est beaucoup plus clair, limpide, recu, bien recu, c est recu, bien compris
        tout compris, je comprends, je comprends mieux, j ai tout compris, je note, note, c est note, tout est bon
        tout bon, c est tout bon, c est bon, tout est ok, c est ok, tout va bien, tout est en ordre, tout est regle
        regle, c est resolu, resolu, tout est resolu, le probleme est resolu, le probleme est regle, ca fonctionne
        cela fonctionne, ca fonctionne bien, ca fonctionne parfaitement, ca a fonctionne, ca a marche, ca remarche
        tout fonctionne, tout marche, tout est rentre dans l ordre, ca m a aide, ca m a beaucoup aide
        ca m aide beaucoup, c est exactement ce qu il me fallait, exactement ce qu il me fallait
        ce qu il me fallait, c est exactement ce que je cherchais, c est ce que je cherchais
        c est exactement ce dont j avais besoin, exactement ce dont j avais besoin, c est ce dont j avais besoin
        c est ce que je voulais savoir, plus de questions, plus d autres questions, pas d autre question
        pas d autres questions, je n ai pas d autre question, je n ai pas d autres questions, plus aucune question
        aucune autre question, rien d autre, ce sera tout, c est tout pour moi, ca ira, non merci, pas de souci
        pas de soucis, aucun souci, aucun probleme, pas de probleme, de rien, je vous en prie, vous aussi, toi aussi
        a vous aussi, de meme, pareillement, egalement, a bientot, a tres bientot, a tres vite, a plus tard
        a la semaine prochaine, a lundi, au plaisir, au revoir, cordialement, bien cordialement, tres cordialement
        bien a vous, cdlt, cdt, amicalement, vous pouvez fermer, vous pouvez cloturer, on peut fermer
        on peut cloturer, j ai ce qu il me faut, vous etes au top, vous etes super, tu es au top, quelle efficacite
        quelle reactivite, j apprecie, dac, d ac, okidoki""",
    "de": """
        danke danke, dank dir, dank euch, dank ihnen, danke ihnen, danke euch, ich danke euch, ich danke dir
        wir danken, wir danken ihnen, recht herzlichen dank, besten dank, herzlichsten dank, schonen dank
        grossen dank, danke sehr, 1000 dank, merci, merci beaucoup, mercy, super, top, prima, mega, genial, stark
        hammer, herrlich, wunderbar, hervorragend, ausgezeichnet, fantastisch, einwandfrei, bestens, alles bestens
        alles super, alles prima, alles gut, alles ok, alles okay, alles paletti, alles klar soweit, sehr gut
        sehr schon, sehr nett, sehr cool, super nett, das ist super, das ist toll, das ist perfekt, das ist nett
        das ist sehr nett, das war sehr nett, jetzt ist es klar, jetzt ist es klarer, jetzt ist alles klar
        ergibt sinn, das ergibt sinn, macht sinn, das macht sinn, lauft alles, alles lauft
        das ticket kann geschlossen werden, ticket kann geschlossen werden, das ticket kann zu, das freut mich
        freut mich, gute nachricht, passt, das passt, passt alles, alles passt, jetzt passt es, jetzt passt s
        jo passt, klappt, es klappt, das klappt, klappt alles, jetzt klappt es, jetzt klappt s, es klappt jetzt
        klappt wieder, hat geklappt, das hat geklappt, es hat geklappt, jetzt hat es geklappt, hat funktioniert
        es funktioniert, das hat funktioniert, es hat funktioniert, funktioniert, das funktioniert
        funktioniert wieder, alles funktioniert, jetzt funktioniert es, jetzt funktioniert alles, jetzt geht es
        jetzt geht s, geht wieder, es geht wieder, es geht jetzt, geht jetzt, lauft, lauft wieder, es lauft
        jetzt lauft es, jetzt lauft s, lauft jetzt, hat geholfen, das hat geholfen, das hilft, das hilft mir
        das hilft mir weiter, das hilft mir sehr, das hat mir sehr geholfen, sie haben mir sehr geholfen
        du hast mir sehr geholfen, genau das habe ich gebraucht, genau das hab ich gebraucht, genau das brauchte ich
        genau das wollte ich wissen, das war genau das was ich gesucht habe, genau was ich gebraucht habe
        genau was ich gesucht habe, mehr wollte ich nicht wissen, das war s, das wars, das war s schon, das war es
        das war alles, das war schon alles, keine fragen mehr, keine weiteren fragen, ich habe keine weiteren fragen
        ich habe keine fragen mehr, habe keine fragen mehr, sonst nichts, sonst nichts mehr, nichts weiter, gelost
        ist gelost, problem gelost, das problem ist gelost, problem behoben, ist behoben, hat sich geklart
        hat sich alles geklart, geklart, ist geklart, alles geklart, hat sich erledigt, es hat sich erledigt
        ist erledigt, alles erledigt, verstehe, habe verstanden, hab verstanden, ich habe verstanden, ich verstehe
        jetzt verstehe ich es, verstanden, ach so, achso, notiert, ist notiert, ist angekommen, angekommen, erhalten
        habe ich erhalten, gut zu wissen, klingt gut, kein problem, kein thema, keine ursache, nein danke
        gern geschehen, ebenso, ebenfalls, gleichfalls, danke gleichfalls, ihnen auch, dir auch, mfg, lg, vg, bg
        gruss, grusse, beste grusse, liebe grusse, viele grusse, schone grusse, freundliche grusse, herzliche grusse
        liebe gruss, mit freundlichen grussen, bis dann, bis bald, bis spater, bis morgen, bis montag
        bis nachste woche, tschau, tschussi, tschuss, servus, pfiat di, ade, kann geschlossen werden
        sie konnen schliessen, ihr seid super, ihr seid spitze, ihr seid die besten, sie sind super, du bist super
        du bist die beste, du bist der beste, okidoki, oki""",
    "fi": """
        kiitoksia vaan, suuri kiitos, valtava kiitos, iso kiitos, siisti, siistia, selkeampaa, nyt on selkeampaa
        nyt on paljon selkeampaa, ystavallista, merkitty muistiin, laitan muistiin, tiketin voi sulkea
        pyynnon voi sulkea, kiitos vaan, kiitokset, monet kiitokset, isot kiitokset, kiitos kaikesta, kiitos teille
        kiitos sinulle, kiitos sulle, kitti, kiiti, kiitoos, thanks, suuret kiitokset, lamminkiitos, mahtavaa
        mahtava, mahtista, loistavaa, loistava, loisto, upeaa, upea, huippua, huippu, huippuhyva, hienoa, hieno
        hieno homma, hieno juttu, erinomaista, erinomainen, mainiota, mainio, mainio juttu, tosi hyva, todella hyva
        hyva juttu, hyva homma, hyva tietaa, kiva, kivaa, kiva kuulla, hyva kuulla, jess, jes, jee, nice, super
        superia, toimii, se toimii, nyt toimii, toimii nyt, toimii hyvin, hyvin toimii, toimii taas, kaikki toimii
        nyt kaikki toimii, nyt se toimii, alkoi toimia, se alkoi toimia, rupesi toimimaan, lahti toimimaan, auttoi
        se auttoi, tama auttoi, auttoi paljon, tasta oli apua, siita oli apua, oli apua, kaikki kunnossa
        nyt kaikki kunnossa, kunnossa, asia kunnossa, nyt on kunnossa, kaikki ok, kaikki hyvin, homma hoidossa
        homma selva, homma ok, asia ok, homma hoidettu, asia hoidettu, asia hoitui, hoitui, selvis, selvisi
        asia selvisi, se selvisi, selvisi jo, ratkesi, asia ratkesi, ongelma ratkesi, ongelma ratkaistu
        ongelma poistui, ongelma korjaantui, korjaantui, ei muuta, ei muuta talla kertaa, ei ole muuta
        ei mulla muuta, ei minulla muuta, ei muita kysymyksia, ei ole muita kysymyksia, ei muuta kysyttavaa
        ei ole muuta kysyttavaa, ei enempaa kysyttavaa, ei lisakysymyksia, ei kysyttavaa, juuri tata tarvitsin
        juuri tata hain, tata tarvitsin, tata hain, just tata tarvitsin, tama riittaa, tama riittaa minulle, riitti
        tama riitti, ymmarran, ymmarsin, ymmarretty, nyt ymmarran, nyt ymmarsin, selkea, selkea juttu, selkeaa
        tuli selvaksi, asia tuli selvaksi, nyt selvisi, okei selva, asia selva, selva, selvaa, kuitti, kuittaan
        kuitattu, vastaanotettu, ei kiitos, ei kesta, eipa kesta, ole hyva, olkaa hyva, ei haittaa, ei hataa
        ei se mitaan, ei ongelmaa, heippa, nakemiin, hei hei, heihei, moikka moi, moido, nahdaan, kuullaan, palataan
        palataan asiaan, jatketaan, huomiseen, terveisin, terv, yst terv, ystavallisin terveisin, parhain terveisin
        br, samoin, samoin sinne, kiitos samoin, sulle myos, sinulle myos, voi sulkea, taman voi sulkea
        voitte sulkea, voit sulkea, oot paras, olet paras, olette parhaita, olette ihania, arvostan, okei, oukei
        okke, jeps selva""",
}
"""More that ends a conversation, folded, than the knowledge has for the bot to answer; a comma or a line apart."""

JOINING: Final = frozenset({"and", "et", "und", "ja", "seka"})
"""Words that join others, and say something else at the beginning: "ja" is a German yes."""

BESIDE: Final[Mapping[Language, str]] = {
    "en": """
        right, fine, you both, dear team, support team, the team, anyway, all the same, so, then, now, again, very much
        so much, a lot, a bunch, a ton, lots, once again, once more, everyone, everybody, all, both, guys, folks
        mate, man, dear, hi, hello, hey, hi there, hi all, good morning, good afternoon, good evening, mr, mrs, ms
        dr, sir, madam, oh, ah, ahh, wow, well, too, really, indeed, finally, from me, for me, for us, from us
        from my side, on my side, for now, as always, as ever, in that case, the whole team, for everything
        for that, for this, for it, for all of this, yes it works, yes that works, yes it works now, yes all good
        yes that helped, ok that works, also""",
    "fr": """
        alors, donc, du coup, maintenant, beaucoup, bcp, bien, vraiment, infiniment, encore, encore une fois, a tous
        a toutes, a vous, a toi, a vous deux, a l equipe, a toute l equipe, tout le monde, l equipe, bonjour
        bonsoir, hello, salut, coucou, madame, monsieur, mme, m, cher, chere, super, tres, trop, oh, ah, eh bien
        aussi, egalement, desormais, enfin, finalement, en effet, quand meme, malgre tout, effectivement, pour tout
        pour ca, pour cela, pour moi, pour nous, de mon cote, de notre cote, mille fois, oui ca marche
        oui ca fonctionne, oui c est bon, oui tout est bon, de votre part, de ta part, c est""",
    "de": """
        gut, dann, jetzt, nun, also, so, sehr, vielmals, nochmal, nochmals, noch mal, noch einmal, erstmal, an alle
        euch beiden, ihnen beiden, klarer, an euch, an sie, an das team, ans team, alle, euch, ihnen, dir
        liebes team, hallo, hi, hey, moin, guten tag, guten morgen, guten abend, gruss gott, herr, frau, lieber
        liebe, ah, ach, oh, wow, na, na dann, auch, wieder, soweit, wirklich, echt, ganz, super, fur alles, dafur
        von mir, von uns, von meiner seite, bei mir, bei uns, endlich, ja es klappt, ja klappt, ja es funktioniert
        ja funktioniert, ja passt, ja das hat geholfen, ja hat geklappt, in dem fall, trotzdem, zusammen""",
    "fi": """
        hyva, nyt, sitten, niin, ah, ai, aa, aha, oho, okei, ok, tosi, todella, oikein, erittain, paljon, kovasti
        viela kerran, taas, jalleen, myos, kans, kanssa, sinulle, sulle, teille, kaikille, sinne, sinnekin
        puolestani, minun puolesta, mun puolesta, minun puoleltani, meilta, koko tiimille, molemmille, tiimille, hei
        moi, moikka, moro, terve, morjens, huomenta, paivaa, hyvaa paivaa, hyvaa huomenta, hyvaa iltaa, iltaa, aivan
        ihan, just, siis, meilla, minulla, joo toimii, kylla toimii, joo auttoi, kylla auttoi, kaikesta, tasta
        siita, heti, vihdoin, lopulta, siina tapauksessa, kuitenkin, joka tapauksessa, silti""",
}
"""What goes with such words, and ends nothing on its own: whom they are for, how much, greetings."""

THANKED_FOR: Final = re.compile(
    r"(?:for|and)(?: (?:all|both|your|the|this|that|such|an?|really|very|super|so|quick|fast|swift|speedy|prompt|rapid"
    r"|kind|great|good|excellent|helpful|useful|clear|detailed|thorough|amazing|awesome|valuable|quickly))+"
    r" (?:help|repl(?:y|ies)|answers?|responses?|support|info|information|explanations?|clarifications?|confirmation"
    r"|update|heads up|time|patience|efforts?|work|advice|hints?|tips?|assistance|service|feedback|turnaround)"
    r"|for (?:help(?:ing)?|explaining|clarifying|checking|looking into|getting back|letting|confirming|sorting|fixing"
    r"|replying|answering|responding|taking)(?: (?:me|us|to|out|it|this|that|up|know|so|very|quickly|fast|the time))*"
    r"|(?:pour|d|de|et)(?: (?:votre|vos|ton|ta|tes|l|la|le|les|cette|cet|ce|ces|toutes?|tous|une?|super|tres|si|rapide"
    r"|prompte|precieuse|grande|bonne|excellente?|claire|precise|efficace|belle))*"
    r" (?:aide|reponses?|retours?|reactivite|infos?|informations?|explications?|precisions?|eclaircissements?|temps"
    r"|patience|soutien|support|disponibilite|gentillesse|efficacite|rapidite|conseils?|renseignements?|confirmation"
    r"|accueil|travail|efforts?|coup de main|assistance|service|suivi|clarte|astuces?|attention|accompagnement)"
    r"(?: (?:rapides?|prompte?s?|claires?|clairs?|precise?s?|efficaces?|detaillee?s?|precieuse|tres|super|si|et))*"
    r"|(?:de m|d|de nous|pour m|pour) avoir (?:aidee?|repondu|explique|eclairee?|pris)"
    r"(?: (?:si|aussi|tres|vite|rapidement|bien|clairement|le temps))*"
    r"|(?:fur|und)(?: (?:die|das|den|diese[ns]?|ihre?[nr]?|deine?n?|eure?n?|alle?s?|so|sehr|super|schnelle|rasche"
    r"|prompte|zugige|flotte|tolle|gute|grosse|freundliche|nette|ausfuhrliche|klare|hilfreiche|kompetente|ganze)n?)+"
    r" (?:hilfe|antwort(?:en)?|ruckmeldung|unterstutzung|infos?|informationen|information|auskunft|erklarung(?:en)?"
    r"|zeit|geduld|muhe|bemuhungen|tipps?|hinweise?|support|service|bearbeitung|feedback|reaktion|einsatz"
    r"|bestatigung|klarstellung|nachricht|mithilfe|aufklarung|rat|arbeit|hilfestellung)"
    r"|fur (?:hilfe|info|infos|antwort|ruckmeldung|unterstutzung|auskunft|geduld)"
    r"|(?:(?:todella|tosi|oikein|nopeasta|pikaisesta|ripeasta|hyvasta|selkeasta|hienosta|suuresta|kaikesta|tasta|siita"
    r"|teidan|sinun|sun|loistavasta|mahtavasta|ystavallisesta|kattavasta|asiantuntevasta|kivasta|ja) )*"
    r"(?:avusta(?:si|nne)?|vastauks(?:esta|ista)(?:si|nne)?|tiedo(?:sta|ista)|infosta|neuvo(?:sta|ista)"
    r"|ohje(?:esta|ista)|tusta|palvelusta|aja(?:sta|stasi)|vaivannaosta|vaivasta|selvennyksesta|selvityksesta"
    r"|selityksesta|karsivallisyydesta|opastuksesta|vinkista|vinkeista|yhteydenotosta|asiakaspalvelusta"
    r"|vahvistuksesta|viestista|nopeudesta|reagoinnista)"
    r"|(?:kun|etta) (?:autoit(?:te)?|jaksoit(?:te)?|vastasit(?:te)?|selvensit(?:te)?|kerroit(?:te)?|hoidit(?:te)?)"
    r"(?: (?:nopeasti|pian|heti|auttaa|vastata|tata|taman))*"
)
"""What thanks are for, folded: "for your quick reply"."""

WISHES: Final = re.compile(
    r"(?:have|enjoy|wish(?:ing)? you|i wish you)(?: (?:an?|your|the|all|you|too|very|really|nice|good|great|lovely"
    r"|wonderful|pleasant|relaxing|happy|fantastic|rest of))*"
    r" (?:day|weekend|evening|afternoon|morning|week|holidays?|vacation|night|christmas|new year|one|summer|time|break)"
    r"|(?:good|great|nice|lovely|wonderful|pleasant|happy|merry|relaxing)"
    r" (?:weekend|night|week|holidays?|vacation|christmas|new year|summer)"
    r"|(?:je vous souhaite |je te souhaite |passez |passe )?(?:et )?(?:une? )?"
    r"(?:(?:tres|bon(?:ne)?s?|bel(?:le)?|excellent(?:e|es)?|agreable|joyeu(?:x|ses)|fin de|debut de|reste de) )+"
    r"(?:journee|soiree|semaine|week end|weekend|we|vacances|fetes|nuit|continuation|apres midi|appetit|noel|annee|fin"
    r"|route|conges?|dimanche|vendredi)(?: (?:a|vous|toi|tous|toutes|tout le monde|aussi|egalement|l equipe))*"
    r"|(?:(?:ich|wir) )?(?:wunsche?n? )?(?:(?:noch|ihnen|dir|euch|allen|einen?|ein|recht|ganz|sehr|eine) )*"
    r"(?:(?:schone|angenehme|tolle|frohe|erholsame|sonnige|entspannte|wunderschone|ruhige)[nrs]?"
    r" (?:(?:rest)?tag|(?:feier)?abend|(?:wochen)?ende|(?:rest)?woche|nachmittag|urlaub|ferien|feiertage|weihnachten"
    r"|mittag|mittagspause|zeit|sommer|rest(?: vom tag)?)|gute[ns]? (?:nacht|woche|zeit|rutsch|start|erholung|heimweg))"
    r"(?: (?:noch|und|in die|ins|neu|woche|wochenende|jahr|an alle|allen|euch|ihnen|dir))*"
    r"|(?:oikein |erittain )?(?:(?:hyvaa|mukavaa|kivaa|ihanaa|leppoisaa|rentouttavaa|aurinkoista|hauskaa|iloista"
    r"|rauhallista|kaunista) (?:(?:viikon)?loppua|viikonlopun(?: jatkoa| alkua)|paivan ?jatkoa|illan ?jatkoa|jatkoa"
    r"|loppu(?:viikkoa|paivaa)|alkuviikkoa|viikkoa|viikonloppua|lomaa|kesaa|syksya|talvea|kevatta|joulua|juhannusta"
    r"|paasiaista|vappua|uutta vuotta|yota|matkaa|reissua)"
    r"|(?:mukavaa|kivaa|ihanaa|leppoisaa|aurinkoista|hauskaa|kaunista) (?:paivaa|iltaa|iltapaivaa))"
    r"(?: (?:sinne|sinnekin|teille|teillekin|sinulle|sullekin|sulle|kaikille|myos|samoin|ja))*"
)
"""What is wished at the end, folded: "einen schönen Tag noch"."""
