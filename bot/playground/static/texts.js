// Every text of the page, in both languages.
export const TEXTS = {
  ko: {
    language: "언어", theme: "화면", themeAuto: "자동", themeLight: "밝게", themeDark: "어둡게", chats: "대화 목록",
    back: "대화 목록으로", speakAs: "누구로 말할까요", topics: "주제", allTopics: "전체", messages: "메시지", toEnd: "맨 아래로",
    write: "메시지 쓰기", send: "보내기", attach: "사진이나 파일 보내기", commands: "명령", cancel: "취소", start: "시작하기",
    ok: "확인", close: "닫기", bot: "봇", typing: "입력 중…", sending: "파일 보내는 중…", edited: "수정됨", reply: "답장", quote: "인용해서 답장",
    edit: "수정", jump: "답장한 메시지로 가기", notHere: "여기에는 그 메시지가 없어요", unread: "개의 읽지 않은 메시지",
    members: (n) => `회원 ${n}명과 봇`, replyTo: (name) => `${name}에게 답장`, editing: "메시지 수정", photo: "사진",
    file: "파일", sticker: "스티커", noAnswer: "봇이 대답하지 않았어요.", offline: "연결이 끊겼어요. 다시 연결하는 중…",
    notSent: "연결이 끊겨서 보내지 못했어요. 쓰신 글은 그대로 있어요.", refused: (why) => `보내지 못했어요. (${why})`,
    choices: (n) => `고를 수 있는 것 ${n}개`, forwarded: (name) => `${name}에서 전달됨`, via: (name) => `@${name} 봇을 통해`,
    joined: (who) => `${who} 님이 들어왔어요`, left: (who) => `${who} 님이 나갔어요`, topic: (name) => `새 주제: ${name}`,
    upgraded: "그룹이 슈퍼그룹이 되었어요", empty: "아직 메시지가 없어요", deleted: "삭제된 메시지", you: "나",
    about: "이 봇과 대화를 시작해 보세요.",
    groupAbout: (name) => `봇도 함께 있는 그룹이에요. 위에서 누구로 말할지 고르고 이렇게 물어보세요: /sentiment@${name} 이 영화 최고`,
    note: "이 대화는 이 컴퓨터 안에서만 오가요. 텔레그램으로는 아무것도 보내지 않아요.",
    keys: "키보드로 쓰기", keySend: "보내기, 줄 바꾸기", keyCommands: "명령 고르기: 화살표로 움직이고 Enter나 Tab으로 골라요",
    keyLast: "빈 입력란에서: 마지막 내 메시지 수정", keyMessages: "메시지로 가기, 메시지 사이를 오가기", keyButtons: "그 메시지의 링크와 버튼으로 가기",
    keyReply: "그 메시지에 답장, 내 메시지 수정", keyEscape: "취소하고 입력란으로 돌아오기",
  },
  en: {
    language: "Language", theme: "Theme", themeAuto: "Auto", themeLight: "Light", themeDark: "Dark", chats: "Chats",
    back: "Back to the chats", speakAs: "Speak as", topics: "Topics", allTopics: "All", messages: "Messages", toEnd: "To the latest",
    write: "Write a message", send: "Send", attach: "Send a photo or file", commands: "Commands", cancel: "Cancel", start: "Start",
    ok: "OK", close: "Close", bot: "bot", typing: "typing…", sending: "sending a file…", edited: "edited", reply: "Reply", quote: "Reply with quote",
    edit: "Edit", jump: "Go to the message answered", notHere: "That message is not here", unread: " unread messages",
    members: (n) => `${n} members and the bot`, replyTo: (name) => `Reply to ${name}`, editing: "Edit message", photo: "Photo",
    file: "File", sticker: "Sticker", noAnswer: "The bot did not answer.", offline: "The connection was lost. Trying again…",
    notSent: "Not sent: the connection was lost. What you wrote is still here.", refused: (why) => `That was not sent. (${why})`,
    choices: (n) => `${n} ${n === 1 ? "choice" : "choices"}`, forwarded: (name) => `Forwarded from ${name}`, via: (name) => `via @${name}`,
    joined: (who) => `${who} joined`, left: (who) => `${who} left`, topic: (name) => `New topic: ${name}`,
    upgraded: "The group became a supergroup", empty: "No messages yet", deleted: "Deleted message", you: "You",
    about: "Say hello to the bot.",
    groupAbout: (name) => `A group that the bot is in. Choose above who speaks, and ask like this: /sentiment@${name} What a film!`,
    note: "This conversation stays on this computer. Nothing is sent to Telegram.",
    keys: "Keyboard", keySend: "Send, new line", keyCommands: "Choose a command: arrows move, Enter or Tab takes",
    keyLast: "In the empty field: edit your last message", keyMessages: "Go to the messages, move among them", keyButtons: "To the links and buttons of that message",
    keyReply: "Reply to that message, edit your own", keyEscape: "Cancel, and back to the text field",
  },
};

const GROUP = { ko: "우리 모임", en: "Our group" };
const MEMBER = { ko: "회원", en: "Member" };

// The first group is named in both languages; everything else is shown as it was named.
export const groupTitle = (title, language) => (title === `${GROUP.ko} · ${GROUP.en}` ? GROUP[language] : title);

export function memberName(name, language) {
  const numbered = /^(?:회원|Member) (\d+)$/.exec(name);
  return numbered ? `${MEMBER[language]} ${numbered[1]}` : name;
}

// Fill in every element that names its text.
export function translate(root, texts) {
  for (const node of root.querySelectorAll("[data-text]")) node.textContent = texts[node.dataset.text];
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", texts[node.dataset.label]);
    if (node.tagName === "BUTTON") node.title = texts[node.dataset.label];
  }
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = texts[node.dataset.placeholder];
}
