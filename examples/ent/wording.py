"""The words of the ENT's pages, French first, English second."""

from examples.ent.service_wording import PLAIN as _SERVICES

LOCALES = {"fr": "Français", "en": "English"}
_PLAIN = {
    "site": ("ENT de démonstration", "Demo school platform"),
    "skip": ("Aller au contenu", "Skip to content"),
    "language": ("Langue", "Language"),
    "sign_out": ("Se déconnecter", "Sign out"),
    "signed_in_as": ("Session de", "Signed in as"),
    "navigation": ("Fil d’Ariane", "Breadcrumb"),
    "footer": (
        "Établissement fictif. Les personnes et les notes sont inventées.",
        "A fictitious school. People and marks are invented.",
    ),
    "sign_in.title": ("Connexion", "Sign in"),
    "sign_in.login": ("Identifiant", "Login"),
    "sign_in.password": ("Mot de passe", "Password"),
    "sign_in.button": ("Se connecter", "Sign in"),
    "sign_in.wrong": ("Identifiant ou mot de passe incorrect.", "Wrong login or password."),
    "sign_in.demo": ("Comptes de démonstration", "Demo accounts"),
    "sign_in.demo_text": (
        "Un clic suffit pour entrer. Avec le formulaire, le mot de passe de tous est :",
        "One click lets you in. In the form, everybody’s password is:",
    ),
    "profile.teacher": ("équipe enseignante", "teaching staff"),
    "profile.pupil": ("élève", "pupil"),
    "profile.guardian": ("parent", "parent"),
    "profile.head": ("direction", "head"),
    "profiles.teacher": ("Équipe enseignante", "Teaching staff"),
    "profiles.pupil": ("Élèves", "Pupils"),
    "profiles.guardian": ("Parents", "Parents"),
    "profiles.head": ("Direction", "Head"),
    "home.title": ("Mes classes", "My classes"),
    "home.children": ("Pour", "For"),
    "home.tools": ("Outils et données personnelles", "Tools and personal data"),
    "home.none": ("Aucune classe pour le moment.", "No class yet."),
    "class.title": ("Classe de {name}", "Class {name}"),
    "class.links": ("Ressources de la classe", "Class resources"),
    "class.open": ("Ouvrir", "Open"),
    "class.new_tab": ("Ouvrir dans un nouvel onglet", "Open in a new tab"),
    "class.website": ("Site web", "Website"),
    "class.add": ("Ajouter une activité", "Add an activity"),
    "class.add_from": ("Ajouter une activité : {name}", "Add an activity: {name}"),
    "class.gradebook": ("Carnet de notes", "Gradebook"),
    "class.open_in": ("Ouvrir la classe dans {name}", "Open the class in {name}"),
    "class.picture": ("Image : {title}", "Picture: {title}"),
    "class.file": ("Fichier", "File"),
    "class.expired": ("Ce fichier n’est plus disponible.", "This file is no longer available."),
    "class.people": ("Personnes", "People"),
    "class.person": ("Nom", "Name"),
    "class.role": ("Rôle", "Role"),
    "class.parent_of": ("parent de {names}", "parent of {names}"),
    "class.back": ("Retour à la classe", "Back to the class"),
    "class.no_links": ("Aucune ressource pour le moment.", "No resource yet."),
    "gradebook.title": ("Carnet de notes – {name}", "Gradebook – {name}"),
    "gradebook.caption": (
        "Notes par élève et par activité",
        "Marks by pupil and activity",
    ),
    "gradebook.pupil": ("Élève", "Pupil"),
    "gradebook.none": ("Aucune activité notée pour le moment.", "No graded activity yet."),
    "gradebook.out_of": ("sur {maximum}", "out of {maximum}"),
    "gradebook.no_score": ("Pas de note", "No mark"),
    "gradebook.comment": ("Commentaire :", "Comment:"),
    "gradebook.hidden": ("Non publiée", "Not released"),
    "review.open": ("Voir la copie", "See the work"),
    "review.title": ("{label} – {name}", "{label} – {name}"),
    "privacy.title": ("Données personnelles dans les outils", "Personal data in the tools"),
    "privacy.text": (
        "Chaque outil montre les données qu’il garde, les remet et les efface sur demande.",
        "Each tool shows the data it keeps, hands them out and erases them on request.",
    ),
    "privacy.tools": ("Voir les données dans", "See the data in"),
    "privacy.of": ("Données personnelles – {name}", "Personal data – {name}"),
    "privacy.none": (
        "Aucun outil ne répond à ces demandes.",
        "No tool answers such requests.",
    ),
    "eula.title": ("Conditions d’utilisation – {name}", "Terms of use – {name}"),
    "eula.accepted": ("acceptées", "accepted"),
    "eula.declined": ("refusées", "declined"),
    "eula.unanswered": ("sans réponse", "not answered yet"),
    "proctoring.refused": ("L’épreuve n’a pas commencé", "The assessment has not begun"),
    "proctoring.running": (
        "Une épreuve surveillée est en cours.",
        "A supervised assessment is in progress.",
    ),
    "proctoring.end": ("Terminer l’épreuve", "End the assessment"),
    "storage.title": (
        "Mémoire des outils (cadre vide)",
        "Storage for tools (empty frame)",
    ),
    "progress.Pending": ("Correction en cours", "Being marked"),
    "progress.PendingManual": ("À corriger", "To be marked"),
    "progress.Failed": ("Correction impossible", "Could not be marked"),
    "progress.NotReady": ("Pas encore de note", "No mark yet"),
    "progress.FullyGraded": ("Sans note", "Without a mark"),
    "link.frame": ("{title} (outil dans un cadre)", "{title} (tool in a frame)"),
    "return.title": ("Retour à l’ENT", "Back at the school"),
    "return.message": ("Message de l’outil", "Message of the tool"),
    "return.error": ("Erreur signalée par l’outil", "Error reported by the tool"),
    "return.nothing": ("Vous avez quitté l’outil.", "You left the tool."),
    "post.opening": ("Ouverture de {name}", "Opening {name}"),
    "post.checking": ("Vérification de la session", "Checking the session"),
    "post.button": ("Continuer", "Continue"),
    "post.text": (
        "Si rien ne se passe, utilisez le bouton.",
        "If nothing happens, use the button.",
    ),
    "content.title": ("L’activité n’a pas été ajoutée", "The activity was not added"),
    "content.added": ("« {title} » a été ajouté à la classe.", "“{title}” was added to the class."),
    "content.nothing": ("Rien n’a été ajouté.", "Nothing was added."),
    "content.unreadable": ("La réponse de l’outil est illisible.", "The tool’s answer cannot be read."),
    "content.unknown_tool": ("Cet outil n’est pas connu de l’ENT.", "The school does not know this tool."),
    "content.signature": (
        "La signature de la réponse n’est pas celle de l’outil.",
        "The answer is not signed by the tool.",
    ),
    "content.audience": (
        "La réponse est destinée à un autre ENT.",
        "The answer is meant for another school.",
    ),
    "content.time": ("La réponse est périmée ou mal datée.", "The answer is out of date."),
    "content.message": (
        "Le message de l’outil n’est pas celui attendu :",
        "The tool’s message is not the expected one:",
    ),
    "content.data": (
        "Cette réponse ne correspond à aucune demande de votre session, ou a déjà servi.",
        "This answer belongs to no request of your session, or was used before.",
    ),
    "content.one_item": (
        "Une seule activité peut être ajoutée à la fois.",
        "One activity at a time, please.",
    ),
    "content.several": (
        "{count} éléments ont été ajoutés à la classe : {titles}.",
        "{count} items were added to the class: {titles}.",
    ),
    "content.items": ("La liste des contenus est illisible.", "The list of contents cannot be read."),
    "content.too_many": (
        "Trop de contenus à la fois. Le maximum est :",
        "Too many items at once. The most is:",
    ),
    "content.type": ("Ce type de contenu n’est pas accepté.", "This kind of content is not accepted."),
    "content.target": (
        "Ce contenu ne peut pas être affiché de la façon demandée.",
        "This content cannot be shown in the way that was asked for.",
    ),
    "content.text": (
        "Un texte du contenu n’est pas valable ou est trop long :",
        "A text of the content is not valid or too long:",
    ),
    "content.custom": (
        "Les paramètres du contenu ne sont pas des textes.",
        "The parameters of the content are not texts.",
    ),
    "content.picture": (
        "L’icône ou la vignette n’est pas valable :",
        "The icon or the thumbnail is not valid:",
    ),
    "content.presentation": (
        "Les dimensions ou la fenêtre du contenu ne sont pas valables :",
        "The size or the window of the content is not valid:",
    ),
    "content.date": ("Une date du contenu n’est pas valable :", "A date of the content is not valid:"),
    "content.html": ("Le texte HTML du contenu n’est pas valable :", "The HTML of the content is not valid:"),
    "content.media_type": (
        "Ce type de fichier n’est pas accepté.",
        "This type of file is not accepted.",
    ),
    "content.no_line_item": (
        "Une activité notée n’est pas acceptée ici.",
        "A graded activity is not accepted here.",
    ),
    "content.url": ("L’adresse de l’activité n’est pas acceptée.", "The address is not accepted."),
    "content.line_item": (
        "La notation proposée pour l’activité n’est pas valable.",
        "The proposed marking is not valid.",
    ),
    "content.tool_error": ("L’outil signale une erreur :", "The tool reports an error:"),
    "error.title": ("Cette page ne peut pas être affichée", "This page cannot be shown"),
    "error.400": ("La demande est mal formée.", "The request is malformed."),
    "error.403": ("Vous n’avez pas accès à cette page.", "You may not see this page."),
    "error.404": ("Cette page n’existe pas.", "There is no such page."),
    "error.other": ("Une erreur s’est produite.", "Something went wrong."),
    "error.csrf": (
        "Le formulaire a expiré. Revenez en arrière et recommencez.",
        "The form has expired. Go back and try again.",
    ),
    "error.client": ("L’outil n’est pas connu de l’ENT.", "The school does not know this tool."),
    "error.redirect_uri": (
        "L’adresse de retour n’est pas enregistrée pour cet outil.",
        "The return address is not registered for this tool.",
    ),
    "error.home": ("Retour à l’accueil", "Back to the home page"),
}


def _typeset(french: str) -> str:
    for sign, space in {":": "\u00a0", "»": "\u00a0", ";": "\u202f", "?": "\u202f", "!": "\u202f"}.items():
        french = french.replace(f" {sign}", f"{space}{sign}")
    return french.replace("« ", "«\u00a0")


_WORDS = {
    key: {"fr": _typeset(french), "en": english} for key, (french, english) in {**_PLAIN, **_SERVICES}.items()
}


def word(key: str, locale: str, **values: object) -> str:
    """The words for a key in a language, with values put in."""
    return _WORDS[key][locale].format(**values)
